//! Popularity against the champion before simulated shoppers, whose true answer is known.

use crate::data::trade::DAY;
use crate::evaluation::oracle::WhoIsWho;
use crate::job::Job;
use crate::optimisation::Candidate;
use crate::problem;
use crate::support::report::Report;
use ml_pipeline::data::event::{Action, OutcomeEvent};
use ml_pipeline::data::random::generator;
use ml_pipeline::data::synth::shop::{Shop, Truth};
use ml_pipeline::prelude::*;
use ml_pipeline::serve::recommend::{Recommend, RecommendationService, Request, Response};
use ml_pipeline::serve::rollout::{AbTest, Arm, Route, always_valid_inferiority};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;

/// Visits of each user, a day apart.
const VISITS: i64 = 5;

/// Level of the test that is looked at after every user.
const LEVEL: f64 = 0.05;

/// Purchases of one user, and the expected ones with either list.
struct Visitor {
    arm: Arm,
    /// Share of the visits that converted.
    rate: f64,
    /// The truth about both lists: control, treatment.
    expected: [f64; 2],
}

/// Runs the experiment, if there is a truth to answer; its figures go to `truth`.
pub fn run(job: &Job<'_>, candidate: &Candidate, report: &mut Report) -> Result<Option<Value>> {
    report.part("Experiment: popularity against the champion");
    let Some(shop) = &job.source.shop else {
        report.say("the data are real: nobody knows what these shoppers would have done with other lists, so there is no truth to test an experiment against; stage 10 replays what they did");
        return Ok(None);
    };
    let service = |bundle| Ok::<_, Error>(Arc::new(RecommendationService::new(bundle)?));
    let control = service(candidate.model.popularity_only()?)?;
    let treatment = service(candidate.model.bundle("champion")?)?;
    let trial = Trial {
        shop,
        products: products(job, shop),
        lists: [control.clone(), treatment.clone()],
        route: Route::new("champion against popularity", 0.5)?,
        ab: AbTest::new(
            control,
            treatment,
            Route::new("champion against popularity", 0.5)?,
        ),
        from: job.windows.live.from,
        seed: job.args.seed,
    };
    let users = WhoIsWho::of(shop, &job.trade).users;
    let (mut visitors, mut shown) = (Vec::new(), None);
    for (id, user) in job.trade.users.iter().zip(users) {
        visitors.push(trial.visit(id, user)?);
        if shown.is_none() && trial.shows_a_gain()? {
            shown = Some(visitors.len());
        }
    }
    Ok(Some(tell(&trial, &visitors, shown, report)))
}

/// The simulator's number of every product, by the code the service answers with.
fn products(job: &Job<'_>, shop: &Shop) -> HashMap<String, u32> {
    let numbers = WhoIsWho::of(shop, &job.trade).items;
    let codes = job.trade.items.iter().map(|i| i.id.clone());
    codes.zip(numbers).collect()
}

struct Trial<'a> {
    shop: &'a Shop,
    products: HashMap<String, u32>,
    /// Control, treatment.
    lists: [Arc<RecommendationService>; 2],
    route: Route,
    ab: AbTest,
    from: i64,
    seed: u64,
}

impl Trial<'_> {
    fn numbers(&self, answer: &Response) -> Vec<u32> {
        let shown = answer.recommendations.iter();
        shown
            .filter_map(|r| self.products.get(&r.product_id).copied())
            .collect()
    }

    fn time(&self, visit: i64) -> i64 {
        (self.from + visit * DAY + DAY / 2) / 1_000_000
    }

    /// A user comes `VISITS` times, sees the lists of one arm, and buys or does not.
    fn visit(&self, id: &str, user: u32) -> Result<Visitor> {
        let truth = self.shop.truth();
        let mut sold = 0;
        for visit in 0..VISITS {
            let answer = self.ab.recommend(&Request::new(id))?;
            let stream = u64::from(user) * VISITS as u64 + visit as u64;
            let mut rng = generator(self.seed, "visitors of the experiment", stream);
            let (time, shown) = (self.time(visit), self.numbers(&answer));
            let response = truth.respond(user, &shown, time, &mut rng);
            if let Some(first) = response.bought.first() {
                sold += 1;
                self.ab.outcome(&OutcomeEvent {
                    request_id: answer.trace.request_id,
                    at: time * 1_000_000,
                    item: answer.recommendations[*first].product_id.clone(),
                    action: Action::Purchase,
                    value: response.revenue,
                });
            }
        }
        let mut expected = [0.0; 2];
        for (rate, service) in expected.iter_mut().zip(&self.lists) {
            let shown = self.numbers(&service.recommend(&Request::new(id))?);
            *rate = self.expected(truth, user, &shown);
        }
        Ok(Visitor {
            arm: self.route.arm(id),
            rate: f64::from(sold) / VISITS as f64,
            expected,
        })
    }

    /// Whether the control is shown to convert worse than the treatment, asked as often as one
    /// likes.
    fn shows_a_gain(&self) -> Result<bool> {
        let (control, treatment) = self.ab.health();
        Ok(always_valid_inferiority(&treatment, &control, 0.0)?.rejects(LEVEL))
    }

    fn expected(&self, truth: &Truth, user: u32, shown: &[u32]) -> f64 {
        let visits = (0..VISITS).map(|v| truth.conversion(user, shown, self.time(v)));
        visits.sum::<f64>() / VISITS as f64
    }
}

/// Mean and its variance.
fn mean(values: &[f64]) -> (f64, f64) {
    let n = values.len().max(2) as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    (mean, squares / (n - 1.0) / n)
}

/// Tests of the lift by user: one look at the end, and one after every user.
fn tests(trial: &Trial<'_>, shown: Option<usize>, report: &mut Report) {
    if let Some(test) = trial.ab.inferiority(0.0) {
        report.say(format!(
            "one-sided test by user, at the end, that the champion converts worse: p = {:.3}",
            test.p_value
        ));
    }
    report.say(match shown {
        Some(users) => format!(
            "looked at after every user, the always-valid test at {LEVEL} shows the champion to be better after {users} users: the experiment could have stopped there"
        ),
        None => format!(
            "looked at after every user, the always-valid test at {LEVEL} never shows the champion to be better: at this size only one look, at the end, can tell"
        ),
    });
}

fn tell(
    trial: &Trial<'_>,
    visitors: &[Visitor],
    shown: Option<usize>,
    report: &mut Report,
) -> Value {
    let of = |arm: Arm| -> Vec<f64> {
        let of_arm = visitors.iter().filter(|v| v.arm == arm);
        of_arm.map(|v| v.rate).collect()
    };
    let (control, treatment) = (of(Arm::Control), of(Arm::Challenger));
    let ((c, c_var), (t, t_var)) = (mean(&control), mean(&treatment));
    let (lift, margin) = (t - c, 1.96 * (c_var + t_var).sqrt());
    let (low, high) = (lift - margin, lift + margin);
    let truth = |of: usize| {
        let all: f64 = visitors.iter().map(|v| v.expected[of]).sum();
        all / visitors.len().max(1) as f64
    };
    let (true_control, true_treatment) = (truth(0), truth(1));
    let true_lift = true_treatment - true_control;
    let covers = (low..=high).contains(&true_lift);
    let percent = |share: f64| format!("{:.2} %", share * 100.0);
    let points = |share: f64| format!("{:+.2} points", share * 100.0);
    let arm = |name: &str, users: usize, measured: f64, truth: f64| {
        let visits = users * VISITS as usize;
        let (measured, truth) = (percent(measured), percent(truth));
        vec![
            name.into(),
            users.to_string(),
            visits.to_string(),
            measured,
            truth,
        ]
    };
    report.table(
        &[
            "arm",
            "users",
            "visits",
            "conversion measured",
            "conversion true",
        ],
        &[
            arm("popularity (control)", control.len(), c, true_control),
            arm("champion (treatment)", treatment.len(), t, true_treatment),
        ],
    );
    report.say(format!(
        "lift measured {}, 95 % interval by user {} to {}; the truth is {}: the interval {} it",
        points(lift),
        points(low),
        points(high),
        points(true_lift),
        if covers { "covers" } else { "does not cover" }
    ));
    tests(trial, shown, report);
    let goal = problem::conversion();
    report.say(format!(
        "the least to deploy is {}, the target {}; the lift is worth ${:.1} million a year by the value of stage 1, between {:.1} and {:.1}",
        percent(goal.minimum),
        percent(goal.target),
        lift * problem::value().value_per_unit / 1e6,
        low * problem::value().value_per_unit / 1e6,
        high * problem::value().value_per_unit / 1e6
    ));
    json!({
        "control": c, "treatment": t, "lift": lift, "lift_ci": [low, high],
        "true_control": true_control, "true_treatment": true_treatment, "true_lift": true_lift, "covers": covers,
        "shown_after_users": shown,
    })
}
