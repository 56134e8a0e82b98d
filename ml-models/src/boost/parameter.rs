//! The parts of the table of parameters in `params.rs`: kinds of values, rules, and the macro
//! that turns the table into a struct, setters, text and checks.

/// A kind of value that parameters have.
pub(super) trait ParameterValue: Sized {
    /// The kind in words.
    const KIND: &'static str;
    /// From the text of a configuration file; none when it is of another kind.
    fn parse(text: &str) -> Option<Self>;
    /// The numbers that a rule bounds; none by default.
    fn numbers(&self) -> Vec<f64> {
        Vec::new()
    }
}

macro_rules! numbers {
    ($($type:ty: $kind:literal;)*) => {$(
        impl ParameterValue for $type {
            const KIND: &'static str = $kind;
            fn parse(text: &str) -> Option<Self> {
                text.parse().ok()
            }
            fn numbers(&self) -> Vec<f64> {
                vec![*self as f64]
            }
        }
    )*};
}
numbers! {
    f64: "a number";
    usize: "a whole number of at least 0";
    u64: "a whole number of at least 0";
}

impl ParameterValue for bool {
    const KIND: &'static str = "true or false";
    fn parse(text: &str) -> Option<Self> {
        match text {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        }
    }
}

/// A count without a limit where it is none, or in text, as in LightGBM, 0 or less.
impl ParameterValue for Option<usize> {
    const KIND: &'static str = "a whole number, -1 for none";
    fn parse(text: &str) -> Option<Self> {
        let number: i64 = text.parse().ok()?;
        Some(usize::try_from(number).ok().filter(|&n| n > 0))
    }
    fn numbers(&self) -> Vec<f64> {
        self.iter().map(|&n| n as f64).collect()
    }
}

fn list<T: std::str::FromStr>(text: &str) -> Option<Vec<T>> {
    text.split(',')
        .map(|part| part.trim().parse().ok())
        .collect()
}

impl ParameterValue for Vec<i8> {
    const KIND: &'static str = "whole numbers separated by commas";
    fn parse(text: &str) -> Option<Self> {
        list(text)
    }
    fn numbers(&self) -> Vec<f64> {
        self.iter().map(|&x| f64::from(x)).collect()
    }
}

impl ParameterValue for Option<Vec<f64>> {
    const KIND: &'static str = "numbers separated by commas";
    fn parse(text: &str) -> Option<Self> {
        list(text).map(Some)
    }
    fn numbers(&self) -> Vec<f64> {
        self.clone().unwrap_or_default()
    }
}

impl ParameterValue for Vec<String> {
    const KIND: &'static str = "names separated by commas";
    fn parse(text: &str) -> Option<Self> {
        list(text.strip_prefix("name:").unwrap_or(text))
    }
}

impl ParameterValue for Vec<Vec<String>> {
    const KIND: &'static str = "lists of names, such as [a,b],[c]";
    fn parse(text: &str) -> Option<Self> {
        let inner = text.strip_prefix('[')?.strip_suffix(']')?;
        let sets: Vec<&str> = inner.split(']').collect();
        let set = |(at, set): (usize, &&str)| match at {
            0 => list(set),
            _ => list(
                set.trim_start()
                    .strip_prefix(',')?
                    .trim_start()
                    .strip_prefix('[')?,
            ),
        };
        sets.iter().enumerate().map(set).collect()
    }
}

/// A rule in words.
macro_rules! rule_text {
    (any) => {
        ""
    };
    (positive) => {
        "finite and above 0"
    };
    (penalty) => {
        "finite and at least 0"
    };
    (fraction) => {
        "in (0, 1]"
    };
    (chance) => {
        "in [0, 1]"
    };
    (direction) => {
        "-1, 0 or 1 for each column"
    };
    (below($low:literal, $high:literal)) => {
        concat!("in [", $low, ", ", $high, ")")
    };
    (within($low:literal, $high:literal)) => {
        concat!($low, " to ", $high)
    };
    (at_least($low:literal)) => {
        concat!("at least ", $low)
    };
}

/// Whether a number keeps to a rule.
macro_rules! rule_holds {
    (any, $x:ident) => {
        true
    };
    (positive, $x:ident) => {
        $x > 0.0 && $x.is_finite()
    };
    (penalty, $x:ident) => {
        $x >= 0.0 && $x.is_finite()
    };
    (fraction, $x:ident) => {
        $x > 0.0 && $x <= 1.0
    };
    (chance, $x:ident) => {
        (0.0..=1.0).contains(&$x)
    };
    (direction, $x:ident) => {
        $x.abs() <= 1.0
    };
    (below($low:literal, $high:literal), $x:ident) => {
        (f64::from($low)..f64::from($high)).contains(&$x)
    };
    (within($low:literal, $high:literal), $x:ident) => {
        (f64::from($low)..=f64::from($high)).contains(&$x)
    };
    (at_least($low:literal), $x:ident) => {
        $x >= f64::from($low)
    };
}

/// A struct of parameters from a table: a line has the docs, then
/// `name: type = default, rule, [aliases], setter;` where the setter is `plain`, or `own` for a
/// setter that is written by hand.
macro_rules! parameters {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident: $type:ty = $default:expr, $rule:ident $(($($bound:literal),+))?, [$($alias:literal),*], $setter:ident;
    )*) => {
        /// The parameters of [`Boost`]: plain data, to be read (`boost.params().num_leaves`).
        /// [`Boost`] has a setter of each name; in text they go by their names or aliases
        /// ([`Boost::set`]).
        ///
        /// | parameter | default | rule | aliases |
        /// |---|---|---|---|
        $(#[doc = concat!("| `", stringify!($name), "` | `", stringify!($default), "` | ",
            rule_text!($rule $(($($bound),+))?), " | ", $("`", $alias, "` ",)* "|")])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[non_exhaustive]
        pub struct BoostParams {
            $($(#[doc = $doc])+ pub $name: $type,)*
        }

        impl Default for BoostParams {
            fn default() -> Self {
                Self { $($name: $default,)* }
            }
        }

        impl BoostParams {
            /// Each parameter's own name and its aliases.
            const NAMES: &'static [(&'static str, &'static [&'static str])] =
                &[$((stringify!($name), &[$($alias),*]),)*];

            /// Sets a parameter by its own name.
            fn set(&mut self, name: &str, text: &str) -> Option<Result<(), (&'static str, &'static str)>> {
                match name {
                    $(stringify!($name) => Some(match ParameterValue::parse(text) {
                        Some(value) => { self.$name = value; Ok(()) }
                        None => Err((stringify!($name), <$type as ParameterValue>::KIND)),
                    }),)*
                    _ => None,
                }
            }

            /// The first parameter in which two configurations differ: its name, and both values.
            pub(super) fn difference(
                &self,
                other: &Self,
            ) -> Option<(&'static str, String, String)> {
                $(if self.$name != other.$name {
                    let text = |params: &Self| format!("{:?}", params.$name);
                    return Some((stringify!($name), text(self), text(other)));
                })*
                None
            }

            /// The first parameter that breaks its own rule: its name, the number, the rule.
            pub(super) fn out_of_range(&self) -> Option<(&'static str, f64, &'static str)> {
                $(
                    let holds = |_x: f64| rule_holds!($rule $(($($bound),+))?, _x);
                    if let Some(x) = self.$name.numbers().into_iter().find(|&x| !holds(x)) {
                        return Some((stringify!($name), x, rule_text!($rule $(($($bound),+))?)));
                    }
                )*
                None
            }
        }

        impl Boost {
            $(setter!($setter, $(#[doc = $doc])+ $name: $type);)*
        }
    };
}

/// A consuming setter.
macro_rules! setter {
    (plain, $(#[doc = $doc:literal])+ $name:ident: $type:ty) => {
        $(#[doc = $doc])+
        #[must_use]
        pub fn $name(mut self, $name: $type) -> Self {
            self.params.$name = $name;
            self
        }
    };
    (own, $(#[doc = $doc:literal])+ $name:ident: $type:ty) => {};
}

pub(super) use {parameters, rule_holds, rule_text, setter};
