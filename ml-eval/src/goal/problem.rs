//! The problem that a model is to solve.

use crate::error::{self, Result};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The kind of question a model answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ProblemType {
    /// One of two outcomes, with a probability.
    BinaryClassification,
    /// One of several outcomes, with a probability each.
    MulticlassClassification,
    /// A number.
    Regression,
    /// An order of items for a user or a query.
    Ranking,
    /// Groups, without labels.
    Clustering,
}

impl fmt::Display for ProblemType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BinaryClassification => "binary classification",
            Self::MulticlassClassification => "multiclass classification",
            Self::Regression => "regression",
            Self::Ranking => "ranking",
            Self::Clustering => "clustering",
        })
    }
}

/// The business problem behind a model: the goal, the decision the model informs, who uses it, and
/// what it must respect.
///
/// ```
/// use ml_eval::goal::{ProblemDefinition, ProblemType};
/// let problem = ProblemDefinition::new(ProblemType::Ranking, "more orders per visit")
///     .decision("which ten products the home page shows")
///     .consumer("web shop")
///     .constraint("no products out of stock");
/// problem.check()?;
/// assert!(problem.to_string().starts_with("Goal         more orders per visit\n"));
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProblemDefinition {
    /// The goal of the business.
    pub business_goal: String,
    /// The decision that a prediction changes.
    pub decision: String,
    /// Users of the predictions, people or systems.
    pub consumers: Vec<String>,
    /// Conditions that a solution must respect.
    pub constraints: Vec<String>,
    /// The kind of question.
    pub problem_type: ProblemType,
}

impl ProblemDefinition {
    /// A problem with a business goal; the decision and at least one consumer must follow.
    #[must_use]
    pub fn new(problem_type: ProblemType, business_goal: impl Into<String>) -> Self {
        Self {
            business_goal: business_goal.into(),
            decision: String::new(),
            consumers: Vec::new(),
            constraints: Vec::new(),
            problem_type,
        }
    }

    /// The decision that a prediction changes.
    #[must_use]
    pub fn decision(mut self, decision: impl Into<String>) -> Self {
        self.decision = decision.into();
        self
    }

    /// Adds someone or something that uses the predictions.
    #[must_use]
    pub fn consumer(mut self, consumer: impl Into<String>) -> Self {
        self.consumers.push(consumer.into());
        self
    }

    /// Adds something a solution must respect.
    #[must_use]
    pub fn constraint(mut self, constraint: impl Into<String>) -> Self {
        self.constraints.push(constraint.into());
        self
    }

    /// Whether the definition is complete: a model whose predictions change no decision, or that
    /// nobody uses, is no project.
    ///
    /// # Errors
    /// An empty goal, decision, consumer or constraint; no consumer.
    pub fn check(&self) -> Result<()> {
        let blank = |text: &String| text.trim().is_empty();
        if blank(&self.business_goal) {
            return Err(error::parameter(
                "ProblemDefinition",
                "business_goal",
                "\"\"",
                "what the business wants",
            ));
        }
        if blank(&self.decision) {
            return Err(error::parameter(
                "ProblemDefinition",
                "decision",
                "\"\"",
                "the decision that a prediction changes",
            ));
        }
        if self.consumers.is_empty() || self.consumers.iter().any(blank) {
            return Err(error::parameter(
                "ProblemDefinition",
                "consumers",
                format!("{:?}", self.consumers),
                "who uses the predictions",
            ));
        }
        if self.constraints.iter().any(blank) {
            return Err(error::parameter(
                "ProblemDefinition",
                "constraints",
                format!("{:?}", self.constraints),
                "free of empty lines",
            ));
        }
        Ok(())
    }
}

impl fmt::Display for ProblemDefinition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<13}{}", "Goal", self.business_goal)?;
        writeln!(f, "{:<13}{}", "Problem", self.problem_type)?;
        writeln!(f, "{:<13}{}", "Decision", self.decision)?;
        writeln!(f, "{:<13}{}", "Used by", self.consumers.join(", "))?;
        for (i, constraint) in self.constraints.iter().enumerate() {
            writeln!(
                f,
                "{:<13}{constraint}",
                if i == 0 { "Constraints" } else { "" }
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_incomplete_definition_says_what_is_missing() {
        let text = |p: &ProblemDefinition| p.check().unwrap_err().to_string();
        let empty = ProblemDefinition::new(ProblemType::Regression, " ");
        assert!(text(&empty).contains("business_goal"));
        let undecided = ProblemDefinition::new(ProblemType::Regression, "fewer returns");
        assert!(text(&undecided).contains("decision"));
        let unused = undecided.decision("which size to suggest");
        assert!(text(&unused).contains("consumers"));
        assert!(text(&unused.clone().consumer("app").constraint("")).contains("constraints"));
        assert!(unused.consumer("app").check().is_ok());
    }

    #[test]
    fn survives_json() {
        let problem = ProblemDefinition::new(ProblemType::Ranking, "goal")
            .decision("order")
            .consumer("shop")
            .constraint("fair");
        let json = serde_json::to_string(&problem).unwrap();
        assert_eq!(
            serde_json::from_str::<ProblemDefinition>(&json).unwrap(),
            problem
        );
    }
}
