//! Gzip files: members one after the other, as `gzip` reads them.

use flate2::bufread::GzDecoder;
use std::io::{BufRead, Error, ErrorKind, Read, Result};

/// The unpacked bytes of all members. Zeros after a member are padding.
pub(super) struct Members<R> {
    state: State<R>,
}

enum State<R> {
    Inside(GzDecoder<R>),
    Ended,
}

impl<R: BufRead> Members<R> {
    pub(super) fn new(packed: R) -> Self {
        Self {
            state: State::Inside(GzDecoder::new(packed)),
        }
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buf: &mut [u8]) -> Result<usize> {
        loop {
            let State::Inside(member) = &mut self.state else {
                return Ok(0);
            };
            let n = member.read(buf)?;
            if n > 0 || buf.is_empty() {
                return Ok(n);
            }
            let State::Inside(member) = std::mem::replace(&mut self.state, State::Ended) else {
                return Ok(0);
            };
            let mut packed = member.into_inner();
            if more(&mut packed)? {
                self.state = State::Inside(GzDecoder::new(packed));
            }
        }
    }
}

/// True when another member follows.
fn more(packed: &mut impl BufRead) -> Result<bool> {
    loop {
        let next = packed.fill_buf()?;
        if next.is_empty() {
            return Ok(false);
        }
        let zeros = next.iter().take_while(|b| **b == 0).count();
        let first = next.get(zeros).copied();
        packed.consume(zeros);
        match first {
            None => {}
            Some(0x1f) => return Ok(true),
            Some(_) => {
                let what = "bytes that are no gzip follow the compressed data";
                return Err(Error::new(ErrorKind::InvalidData, what));
            }
        }
    }
}
