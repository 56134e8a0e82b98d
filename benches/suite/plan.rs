//! Which processes run, in which order.

use crate::args::Job;
use crate::board::{Key, Peer, Side, WORKS, Work};

/// Both sides of a work on a number of threads.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) work: &'static Work,
    pub(crate) threads: usize,
    pub(crate) members: Vec<Member>,
}

/// One case of a side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    /// Of a library beside; none of our own.
    pub(crate) side: Option<Side>,
    pub(crate) case: &'static str,
}

impl Member {
    fn of(work: &Work, peer: &Peer) -> Self {
        Self {
            side: Some(peer.side),
            case: work.peer_case(peer),
        }
    }

    /// As results name its side.
    pub(crate) fn side_name(&self) -> &'static str {
        self.side.map_or(crate::board::HERE, Side::name)
    }
}

impl Group {
    /// The name of a member's process in a round.
    pub(crate) fn key(&self, member: &Member, round: usize) -> Key {
        Key {
            workload: self.work.workload.into(),
            dataset: self.work.dataset.into(),
            case: member.case.into(),
            side: member.side_name().into(),
            threads: self.threads,
            round,
        }
    }
}

/// The order of a round: each begins with another, so that none is always first or after the same.
pub(crate) fn in_round(members: &[Member], round: usize) -> Vec<Member> {
    let mut order = members.to_vec();
    order.rotate_left(round.saturating_sub(1) % members.len().max(1));
    order
}

/// The groups of a job, in the order of the works; each number of threads has one.
///
/// # Errors
/// A workload that is not there, or patterns that match nothing.
pub(crate) fn groups(job: &Job) -> Result<Vec<Group>, String> {
    let mut known: Vec<&str> = WORKS.iter().map(|w| w.workload).collect();
    known.dedup();
    if let Some(unknown) = job.workloads.iter().find(|w| !known.contains(&w.as_str())) {
        let known = known.join(" ");
        return Err(format!("unknown workload `{unknown}`; there are: {known}"));
    }
    let wanted = |work: &&Work| {
        let named = job.workloads.is_empty() || job.workloads.iter().any(|w| w == work.workload);
        let name = format!("{}/{}", work.dataset, work.case);
        named
            && job
                .only
                .split(',')
                .any(|pattern| matches(pattern.trim(), &name))
    };
    let works: Vec<&'static Work> = WORKS.iter().filter(wanted).collect();
    if works.is_empty() {
        return Err(format!("`--only {}` matches no case of ours", job.only));
    }
    let group = |work: &'static Work, threads: usize| {
        let ours = Member {
            side: None,
            case: work.case,
        };
        let theirs = work.peers.iter().map(|peer| Member::of(work, peer));
        Group {
            work,
            threads,
            members: [ours].into_iter().chain(theirs).collect(),
        }
    };
    let all = works
        .into_iter()
        .flat_map(|work| job.threads.iter().map(move |threads| group(work, *threads)));
    Ok(all.collect())
}

/// Shell-like matching where `*` stands for any text.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((before, after)) => name.strip_prefix(before).is_some_and(|rest| {
            (0..=rest.len())
                .filter(|&at| rest.is_char_boundary(at))
                .any(|at| matches(after, &rest[at..]))
        }),
    }
}
