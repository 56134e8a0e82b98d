//! The service on the network: the port is open, and says "not ready", from before the training on.

use ml_pipeline::prelude::*;
use ml_pipeline::serve::http::Server;
use ml_pipeline::serve::recommend::{Recommend, RecommendationService, Request, Response};
use ml_pipeline::serve::{Error as ServeError, Result as ServeResult};
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;

/// A server that waits for its model.
pub struct Front {
    address: SocketAddr,
    model: Arc<Slot>,
    thread: JoinHandle<ServeResult<()>>,
}

#[derive(Default)]
struct Slot(OnceLock<Arc<RecommendationService>>);

impl Recommend for Slot {
    fn recommend(&self, request: &Request) -> ServeResult<Response> {
        self.0.get().ok_or(ServeError::NotReady)?.recommend(request)
    }
    fn version(&self) -> Option<String> {
        self.0.get().and_then(|service| service.version())
    }
}

/// Opens the port: one that is in use is found now, not after the training.
pub fn open(address: SocketAddr) -> Result<Front> {
    let listening = Server::new().listen(&address.to_string())?;
    let (address, model) = (listening.address(), Arc::new(Slot::default()));
    let slot = model.clone();
    let thread = std::thread::spawn(move || {
        let done = listening.run(slot.clone());
        if slot.0.get().is_none() {
            eprintln!("asked to stop before the model was ready");
            std::process::exit(1);
        }
        done
    });
    println!("listening on http://{address}, not ready until a model is");
    Ok(Front {
        address,
        model,
        thread,
    })
}

impl Front {
    /// Answers with the service until SIGTERM.
    pub fn serve(self, service: Arc<RecommendationService>) -> Result<()> {
        let _ = self.model.0.set(service);
        println!(
            "\nserving on http://{}/api/v1/recommendations (SIGTERM drains)",
            self.address
        );
        let done = self.thread.join();
        done.map_err(|_| Error::other("the server panicked"))??;
        Ok(())
    }
}
