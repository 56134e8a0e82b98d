//! The enums of all drift tests, made from the list of them.

/// [`DriftTest`] and [`TestKind`], with the calls that lead to the type of each test.
macro_rules! column_tests {
    ($($(#[$doc:meta])* $test:ident,)*) => {
        /// A test of columns with its settings; made of the settings alone
        /// (`Psi::default().into()`).
        #[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum DriftTest {
            $($(#[$doc])* $test($test),)*
        }

        /// The test that a column got.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum TestKind {
            $($(#[$doc])* $test,)*
        }

        impl DriftTest {
            /// The kind of test.
            #[must_use]
            pub fn kind(&self) -> TestKind {
                match self {
                    $(Self::$test(_) => TestKind::$test,)*
                }
            }

            /// Refuses settings outside their domain.
            ///
            /// # Errors
            /// The setting, by name.
            pub fn check(&self) -> Result<()> {
                match self {
                    $(Self::$test(test) => test.check(),)*
                }
            }

            pub(crate) fn compare_numbers(
                &self,
                samples: &NumericSamples<'_>,
                alpha: f64,
            ) -> Result<Option<TestOutcome>> {
                match self {
                    $(Self::$test(test) => test.compare_numbers(samples, alpha),)*
                }
            }

            pub(crate) fn compare_categories(
                &self,
                counts: &CategoryCounts<'_>,
                alpha: f64,
            ) -> Result<Option<TestOutcome>> {
                match self {
                    $(Self::$test(test) => test.compare_categories(counts, alpha),)*
                }
            }
        }

        impl TestKind {
            /// Short name, as the table of a report prints it.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$test => $test::NAME,)*
                }
            }

            /// The kinds of columns that it compares.
            #[must_use]
            pub fn kinds(self) -> &'static [ValueKind] {
                match self {
                    $(Self::$test => $test::KINDS,)*
                }
            }

            /// True when missing rows are part of the comparison.
            #[must_use]
            pub fn covers_missing(self) -> bool {
                match self {
                    $(Self::$test => $test::COVERS_MISSING,)*
                }
            }
        }

        $(impl From<$test> for DriftTest {
            fn from(test: $test) -> Self {
                Self::$test(test)
            }
        })*
    };
}

pub(super) use column_tests;
