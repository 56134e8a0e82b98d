//! Visits: what each person looks at, puts into the cart, buys, leaves behind, returns to and sends
//! back.

use super::calendar;
use super::catalogue::ShopProduct;
use super::category::Category;
use super::config::ShopConfig;
use super::demand::{Demand, History, VIEW, season, sigmoid};
use super::draw::{happens, which};
use super::event::{Device, Event, EventKind, NO_ORDER};
use super::people::{AccountType, User};
use crate::random::{RngExt, Xoshiro256PlusPlus, generator};
use rand_distr::{Distribution, Poisson};
use rayon::prelude::*;

/// All events of all people, in time order.
pub(super) fn simulate(
    config: &ShopConfig,
    demand: &Demand,
    products: &[ShopProduct],
    users: &[User],
) -> Vec<Event> {
    let stage = Stage::new(config, demand, products, users);
    let weight: Vec<f64> = users
        .iter()
        .map(|u| f64::from(u.activity) * stage.presence(u))
        .collect();
    let total: f64 = weight.iter().sum();
    // A pilot over every tenth person tells how many events a visit brings.
    let run = |visits: f64, every: usize| -> Vec<Vec<Event>> {
        (0..users.len())
            .into_par_iter()
            .step_by(every)
            .map_init(Vec::new, |scratch, u| {
                stage.live(u, visits * weight[u] / total, scratch)
            })
            .collect()
    };
    let wanted = config.events as f64 * 1.02;
    let mut visits = wanted / 8.0;
    let every = (users.len() / 400).clamp(1, 10);
    let share: f64 = (0..users.len())
        .step_by(every)
        .map(|u| weight[u])
        .sum::<f64>()
        / total;
    let pilot: usize = run(visits, every).iter().map(Vec::len).sum();
    visits *= wanted * share / (pilot.max(1) as f64);
    loop {
        let lives = run(visits, 1);
        let n: usize = lives.iter().map(Vec::len).sum();
        if n >= config.events {
            return merge(lives);
        }
        visits *= 1.02 * config.events as f64 / n.max(1) as f64;
    }
}

/// Joins the lives in time order and numbers visits and orders.
fn merge(lives: Vec<Vec<Event>>) -> Vec<Event> {
    let mut all: Vec<Event> = Vec::with_capacity(lives.iter().map(Vec::len).sum());
    let (mut sessions, mut orders) = (0, 0);
    for life in lives {
        let next = |of: fn(&Event) -> u32| {
            life.iter()
                .map(of)
                .filter(|&x| x != NO_ORDER)
                .max()
                .map_or(0, |m| m + 1)
        };
        let (more_sessions, more_orders) = (next(|e| e.session), next(|e| e.order));
        all.extend(life.into_iter().map(|mut e| {
            e.session += sessions;
            e.order = if e.order == NO_ORDER {
                NO_ORDER
            } else {
                e.order + orders
            };
            e
        }));
        sessions += more_sessions;
        orders += more_orders;
    }
    // Stable: events of one person keep their order within a second.
    all.par_sort_by_key(|e| (e.time, e.user));
    let mut renumbered = vec![NO_ORDER; orders as usize];
    let mut count = 0;
    for e in &mut all {
        if e.order != NO_ORDER {
            let number = &mut renumbered[e.order as usize];
            if *number == NO_ORDER {
                *number = count;
                count += 1;
            }
            e.order = *number;
        }
    }
    all
}

/// State shared by all lives.
struct Stage<'a> {
    config: &'a ShopConfig,
    demand: &'a Demand,
    products: &'a [ShopProduct],
    users: &'a [User],
    /// Products sorted by shelf, and where each shelf begins.
    shelf_order: Vec<u32>,
    shelf_start: Vec<usize>,
    /// Cumulative traffic up to the end of each day.
    traffic: Vec<f64>,
    start: i64,
}

/// Buffers reused from person to person.
type Scratch = Vec<f64>;

/// A visit that is going to happen.
#[derive(Clone, Copy)]
struct Visit {
    time: i64,
    /// A product left in the cart, or used up, that the person comes back for.
    aim: Option<u32>,
}

/// One person in the middle of their life.
struct Life<'s> {
    id: u32,
    user: &'s User,
    /// Cumulative view weights over the products sorted by shelf.
    cumulative: &'s [f64],
    history: History,
    planned: Vec<Visit>,
    events: Vec<Event>,
    sessions: u32,
    orders: u32,
    rng: Xoshiro256PlusPlus,
}

impl<'a> Stage<'a> {
    fn new(
        config: &'a ShopConfig,
        demand: &'a Demand,
        products: &'a [ShopProduct],
        users: &'a [User],
    ) -> Self {
        let mut shelf_order: Vec<u32> = (0..products.len() as u32).collect();
        shelf_order.sort_by_key(|&p| products[p as usize].category);
        let shelf = |p: u32| products[p as usize].category as usize;
        let shelf_start = (0..=Category::ALL.len())
            .map(|c| shelf_order.partition_point(|&p| shelf(p) < c))
            .collect();
        let start = config.start_day();
        let mut sum = 0.0;
        let daily = (0..i64::from(config.days)).map(|d| {
            sum += calendar::traffic(start + d);
            sum
        });
        let traffic = daily.collect();
        Self {
            config,
            demand,
            products,
            users,
            shelf_order,
            shelf_start,
            traffic,
            start,
        }
    }

    /// The traffic of the days on which a person can come, as a range of the cumulative sum.
    fn window(&self, user: &User) -> (f64, f64) {
        // The first day is the one after the registration, or the shop's.
        let first = (user.registered.div_euclid(86_400) + 1 - self.start).max(0);
        let end = user.last_day + 1 - self.start;
        (
            upto(&self.traffic, first as usize),
            upto(&self.traffic, end as usize),
        )
    }

    fn presence(&self, user: &User) -> f64 {
        let (lo, hi) = self.window(user);
        (hi - lo).max(0.0)
    }

    /// Everything one person does; `visits` is the expected number of spontaneous visits.
    fn live(&self, u: usize, visits: f64, scratch: &mut Scratch) -> Vec<Event> {
        let user = &self.users[u];
        let mut sum = 0.0;
        scratch.clear();
        scratch.extend(self.shelf_order.iter().map(|&p| {
            sum += (VIEW * self.demand.affinity(user, &self.products[p as usize])).exp();
            sum
        }));
        let mut rng = generator(self.config.seed, "shop life", u as u64);
        let planned = self.plan(user, visits, &mut rng);
        let mut life = Life {
            id: u as u32,
            user,
            cumulative: scratch,
            history: History::default(),
            planned,
            events: Vec::new(),
            sessions: 0,
            orders: 0,
            rng,
        };
        while let Some(visit) = life.planned.pop() {
            self.visit(&mut life, visit);
        }
        life.events
    }

    /// Spontaneous visits, the latest first (the next one is popped from the end).
    fn plan(&self, user: &User, visits: f64, rng: &mut Xoshiro256PlusPlus) -> Vec<Visit> {
        let n = Poisson::new(visits.max(1e-9)).map_or(0.0, |p| p.sample(rng)) as usize;
        let (lo, hi) = self.window(user);
        let mut out = Vec::with_capacity(n);
        for _ in 0..n {
            let x = lo + (hi - lo) * rng.random::<f64>();
            let day = self.start + which(x, &self.traffic) as i64;
            // The hour depends on the device, which is drawn in the visit; here only the minute of
            // the day's shape.
            let device = if happens(rng, f64::from(user.mobile)) {
                Device::Mobile
            } else {
                Device::Desktop
            };
            let hours = calendar::hours(device, calendar::is_weekend(day));
            let at = rng.random::<f64>() * hours[23];
            let hour = which(at, &hours) as i64;
            out.push(Visit {
                time: day * 86_400 + hour * 3600 + rng.random_range(0..3600),
                aim: None,
            });
        }
        out.sort_by_key(|v| std::cmp::Reverse(v.time));
        out
    }

    fn visit(&self, life: &mut Life<'_>, visit: Visit) {
        let rng = &mut life.rng;
        let user = life.user;
        let weekend = calendar::is_weekend(visit.time.div_euclid(86_400));
        let mobile = f64::from(user.mobile) + if weekend { 0.1 } else { 0.0 };
        let devices = [Device::Mobile, Device::Tablet, Device::Desktop];
        let device = devices[which(rng.random(), &[mobile * 0.9, mobile, 1.0])];
        // Telephones look at fewer products and buy less readily.
        let (stay, readiness) = match device {
            Device::Mobile => (0.80, -0.30),
            Device::Tablet => (0.83, -0.05),
            Device::Desktop => (0.86, 0.25),
        };
        let anonymous = happens(rng, self.config.defects.anonymous);
        let signs_in = if anonymous {
            if rng.random() {
                rng.random_range(0..6)
            } else {
                usize::MAX
            }
        } else {
            0
        };
        let focus = happens(rng, 0.55 - 0.15 * f64::from(user.engagement))
            .then(|| self.pick_shelf(life.cumulative, visit.time, rng));
        let first = life.events.len();
        let mut now = visit.time;
        let mut cart: Vec<(u32, f64)> = Vec::new();
        for step in 0.. {
            let product = match (step, visit.aim) {
                (0, Some(p)) => Some(p),
                _ => self.pick(life, focus, now),
            };
            if let Some(p) = product {
                let buys = self.look(
                    life,
                    p,
                    device,
                    now,
                    readiness
                        + if step == 0 && visit.aim.is_some() {
                            2.5
                        } else {
                            0.0
                        },
                );
                if let Some(chance) = buys
                    && !cart.iter().any(|c| c.0 == p)
                {
                    cart.push((p, chance));
                }
            }
            now += life.rng.random_range(12..95);
            if step == 61 || !happens(&mut life.rng, stay) {
                break;
            }
        }
        self.check_out(life, &cart, device, now);
        let bought = life.events[first..]
            .iter()
            .position(|e| e.kind == EventKind::Purchase)
            .unwrap_or(usize::MAX);
        for (i, e) in life.events[first..].iter_mut().enumerate() {
            e.session = life.sessions;
            e.signed_in = i >= signs_in || i >= bought;
        }
        life.sessions += u32::from(life.events.len() > first);
        self.send_back(life, first);
    }

    fn pick_shelf(&self, cumulative: &[f64], time: i64, rng: &mut Xoshiro256PlusPlus) -> usize {
        let day = time.div_euclid(86_400);
        let mut sums = [0.0; Category::ALL.len()];
        let mut sum = 0.0;
        for (c, s) in sums.iter_mut().enumerate() {
            let weight =
                upto(cumulative, self.shelf_start[c + 1]) - upto(cumulative, self.shelf_start[c]);
            sum += weight * season(Category::ALL[c], day).exp();
            *s = sum;
        }
        let x = rng.random::<f64>() * sum;
        which(x, &sums)
    }

    /// A product to look at: by taste, among those already launched.
    fn pick(&self, life: &mut Life<'_>, focus: Option<usize>, time: i64) -> Option<u32> {
        for _ in 0..8 {
            let shelf =
                focus.unwrap_or_else(|| self.pick_shelf(life.cumulative, time, &mut life.rng));
            // An empty shelf weighs nothing, and so is never picked.
            let (from, to) = (self.shelf_start[shelf], self.shelf_start[shelf + 1]);
            let (lo, hi) = (upto(life.cumulative, from), upto(life.cumulative, to));
            let x = lo + (hi - lo) * life.rng.random::<f64>();
            let p = self.shelf_order[from + which(x, &life.cumulative[from..to])];
            if self.products[p as usize].launch_day <= time.div_euclid(86_400) {
                return Some(p);
            }
        }
        None
    }

    /// Records a view and perhaps a cart addition; then the chance that the carted product is
    /// bought.
    fn look(
        &self,
        life: &mut Life<'_>,
        p: u32,
        device: Device,
        now: i64,
        readiness: f64,
    ) -> Option<f64> {
        let product = &self.products[p as usize];
        let event = Event {
            time: now,
            user: life.id,
            product: p,
            session: 0,
            order: NO_ORDER,
            quantity: 1,
            unit_price: product.price_on(now.div_euclid(86_400)),
            kind: EventKind::View,
            device,
            signed_in: true,
        };
        life.events.push(event);
        let odds = super::demand::BUY * self.demand.affinity(life.user, product)
            + self
                .demand
                .occasion(life.user, p, product, &life.history, now)
            + f64::from(life.user.engagement)
            + self.demand.browsing
            + readiness;
        let buy = sigmoid(odds);
        let cart = 1.0 - (1.0 - buy).powf(2.3);
        happens(&mut life.rng, cart).then(|| {
            life.events.push(Event {
                time: now + 5,
                kind: EventKind::Cart,
                ..event
            });
            buy / cart
        })
    }

    /// Buys from the cart; what is left behind may be fetched later, what is used up is bought
    /// again.
    fn check_out(&self, life: &mut Life<'_>, cart: &[(u32, f64)], device: Device, now: i64) {
        let mut bought = false;
        for &(p, chance) in cart {
            if !happens(&mut life.rng, chance) {
                if happens(&mut life.rng, 0.35) {
                    let later = now + life.rng.random_range(86_400 / 2..7 * 86_400);
                    self.schedule(life, later, p);
                }
                continue;
            }
            let product = &self.products[p as usize];
            life.events.push(Event {
                time: now,
                user: life.id,
                product: p,
                session: 0,
                order: life.orders,
                quantity: quantity(life.user, product, &mut life.rng),
                unit_price: product.price_on(now.div_euclid(86_400)),
                kind: EventKind::Purchase,
                device,
                signed_in: true,
            });
            life.history.add(p, now);
            bought = true;
            if let Some(lasts) = product.lasts
                && happens(&mut life.rng, 0.45)
            {
                let days = lasts * life.rng.random_range(0.8..1.3);
                self.schedule(life, now + (days * 86_400.0) as i64, p);
            }
        }
        life.orders += u32::from(bought);
    }

    /// Plans a visit with an aim, unless the person has left by then.
    fn schedule(&self, life: &mut Life<'_>, time: i64, product: u32) {
        if time.div_euclid(86_400) <= life.user.last_day {
            let aim = Some(product);
            life.planned.push(Visit { time, aim });
            life.planned.sort_by_key(|v| std::cmp::Reverse(v.time));
        }
    }

    /// Some purchases of this visit come back days later, most of those from the bad batch.
    fn send_back(&self, life: &mut Life<'_>, first: usize) {
        let end = self.start + self.traffic.len() as i64;
        let batch = self.demand.bad_batch;
        for i in first..life.events.len() {
            let e = life.events[i];
            if e.kind != EventKind::Purchase {
                continue;
            }
            let broken = e.product == batch.product
                && (batch.from..batch.to).contains(&e.time.div_euclid(86_400));
            let quality = self.products[e.product as usize].quality;
            let chance = if broken {
                0.55
            } else {
                0.04 * (-0.4 * quality).exp()
            };
            let time = e.time + life.rng.random_range(3 * 86_400..25 * 86_400);
            if happens(&mut life.rng, chance) && time.div_euclid(86_400) < end {
                life.events.push(Event {
                    time,
                    kind: EventKind::Return,
                    ..e
                });
            }
        }
    }
}

/// The sum of the first `n` weights, from their cumulative sums.
fn upto(cumulative: &[f64], n: usize) -> f64 {
    n.checked_sub(1).map_or(0.0, |i| cumulative[i])
}

/// Pieces bought: mostly one, a few of consumables, bulk for companies.
fn quantity(user: &User, product: &ShopProduct, rng: &mut Xoshiro256PlusPlus) -> u32 {
    let more = if product.lasts.is_some() { 0.35 } else { 0.12 };
    let mut n = 1 + (0..11).take_while(|_| happens(rng, more)).count() as u32;
    if user.account == AccountType::Business && happens(rng, 0.5) {
        n *= rng.random_range(8..60);
    }
    n
}
