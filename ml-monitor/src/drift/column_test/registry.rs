//! The enum of all drift tests, made from the list of them.

/// [`DriftTest`], with the way to the contract of each test.
macro_rules! column_tests {
    ($($(#[$doc:meta])* $test:ident,)*) => {
        /// A test of columns with its settings; made of the settings alone
        /// (`Psi::default().into()`), or of a test of the user's own ([`DriftTest::custom`]).
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum DriftTest {
            $($(#[$doc])* $test($test),)*
            /// A test of the user's own. It is code: saving a detector that has one is refused.
            #[serde(skip)]
            Custom(CustomTest),
        }

        impl DriftTest {
            /// The test, whichever it is.
            #[must_use]
            pub fn column_test(&self) -> &dyn ColumnTest {
                match self {
                    $(Self::$test(test) => test,)*
                    Self::Custom(CustomTest(test)) => &**test,
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
