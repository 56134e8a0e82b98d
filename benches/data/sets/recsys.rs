//! Users and the items they took: items are popular by Zipf's law and belong to two of forty
//! topics, users like up to three topics. Pairs are distinct and sorted; one in eleven is held
//! out.

use super::Scale;
use super::draw::{Draw, Shares};
use super::writer::{Array, Element, Writer};
use ml_pipeline::data::Result;

const TOPICS: usize = 40;
/// Topics that a user likes, by share.
const LIKED: [f64; 3] = [0.6, 0.3, 0.1];
/// Share of pairs outside the liked topics.
const ELSEWHERE: f64 = 0.1;
/// One pair of so many is held out.
const HELD_OUT: usize = 11;

pub(crate) fn write(to: &mut Writer<'_>, scale: Scale) -> Result<()> {
    let (users, pairs) = (scale.rows(50_000), scale.rows(5_500_000));
    // Fewer users need fewer items, or their lists would have nothing in common.
    let items = scale.rows(20_000).clamp(2000, 20_000);
    let topics = topics(items);
    let taken = taken(users, pairs, items / 4);
    let mut before = vec![0; users + 1];
    (0..users).for_each(|u| before[u + 1] = before[u] + taken[u]);
    let pairs = before[users];
    let file = |part: &str, rows: usize| {
        let array = Array::new(format!("recsys_{part}"), Element::I32, &[rows, 2]);
        array.with_csv(&["user", "item"])
    };
    let held = pairs / HELD_OUT;
    to.arrays(
        "recsys",
        (users, 64),
        [file("train", pairs - held), file("test", held)],
        |draw, user, [train, test]| {
            let mut list = list(draw, &topics, items, taken[user]);
            let held = before[user + 1] / HELD_OUT - before[user] / HELD_OUT;
            // Drawn in order of appearance, which tells of the popularity.
            draw.shuffle(&mut list);
            let (out, kept) = list.split_at_mut(held);
            for (items, file) in [(kept, train), (out, test)] {
                items.sort_unstable();
                for item in items {
                    file.i32(user as i32);
                    file.i32(*item as i32);
                }
            }
        },
    )
}

/// Items by topic.
fn topics(items: usize) -> Vec<Shares> {
    let mut draw = Draw::new("recsys items", 0);
    let mut rank: Vec<u32> = (0..items as u32).collect();
    draw.shuffle(&mut rank);
    let of: Vec<[usize; 2]> = (0..items)
        .map(|_| [draw.below(TOPICS), draw.below(TOPICS)])
        .collect();
    let popular: Vec<f64> = rank
        .iter()
        .map(|r| libm::pow(f64::from(*r) + 20.0, -0.8))
        .collect();
    let weight = |topic: usize, item: usize| {
        let [first, second] = of[item].map(|t| t == topic);
        let loading = 0.02 + if first { 1.0 } else { 0.0 } + if second { 0.4 } else { 0.0 };
        loading * popular[item]
    };
    (0..TOPICS)
        .map(|topic| Shares::new((0..items).map(|item| weight(topic, item))))
        .collect()
}

/// Items of each user: log-normal, none above `most`, `pairs` in all where that is possible.
fn taken(users: usize, pairs: usize, most: usize) -> Vec<usize> {
    let mut draw = Draw::new("recsys users", 0);
    let active = Shares::new((0..users).map(|_| libm::exp(0.9 * draw.normal())));
    let upto = |user: usize| (active.before(user) * pairs as f64) as usize;
    let mut taken: Vec<usize> = (0..users)
        .map(|user| match user + 1 == users {
            true => pairs - upto(user),
            false => upto(user + 1) - upto(user),
        })
        .collect();
    let mut excess = 0;
    for n in &mut taken {
        excess += n.saturating_sub(most);
        *n = (*n).min(most);
    }
    for n in &mut taken {
        let more = excess.min(most - *n);
        *n += more;
        excess -= more;
    }
    taken
}

/// Distinct items of one user.
fn list(draw: &mut Draw, topics: &[Shares], items: usize, count: usize) -> Vec<u32> {
    let liked = LIKED.map(|_| draw.below(TOPICS));
    let mut seen = vec![false; items];
    let mut list = Vec::with_capacity(count);
    for _ in 0..60 * count {
        if list.len() == count {
            break;
        }
        let u = draw.unit();
        let topic = match u {
            u if u < ELSEWHERE => draw.below(TOPICS),
            u if u < ELSEWHERE + (1.0 - ELSEWHERE) * LIKED[0] => liked[0],
            u if u < ELSEWHERE + (1.0 - ELSEWHERE) * (LIKED[0] + LIKED[1]) => liked[1],
            _ => liked[2],
        };
        let item = topics[topic].pick(draw);
        if !std::mem::replace(&mut seen[item], true) {
            list.push(item as u32);
        }
    }
    // Where the liked items are all taken, the first others.
    let others = (0..items)
        .filter(|item| !seen[*item])
        .map(|item| item as u32);
    let missing = count - list.len();
    list.extend(others.take(missing));
    list
}
