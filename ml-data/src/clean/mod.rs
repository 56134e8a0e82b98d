//! Cleaning by rules, each counted in an [`Audit`]: what was looked at, removed and changed, with
//! an example.
//!
//! * [`Cleaning`] applies general rules to any table: duplicates, missing values, broken
//!   [`Rule`](crate::quality::Rule)s, outliers ([`Fence`]), spelling, times as text, currencies,
//!   re-mapped identifiers;
//! * [`RetailCleaning`] knows the eight columns of the UCI "Online Retail" files: cancellations
//!   (matched to what they cancel), fees that are no products, stock adjustments, quantities nobody
//!   ordered;
//! * [`ShopRepair`] joins and repairs the raw tables of [`crate::synth::shop`]: sessions stitched
//!   to users, product ids before and after a reorganisation, three clocks, four currencies without
//!   notation.
//!
//! ```
//! use ml_data::clean::{Case, Cleaning};
//! use ml_data::source::CsvSource;
//! let file = "category,price\nToys,5\nTOYS ,-2\nToys,5\nGarden,3\nToys,9\n";
//! let table = CsvSource::text("products.csv", file).read()?.strict()?;
//! let cleaned = Cleaning::of(&table)
//!     .standardise("category", Case::Usual)?
//!     .drop_duplicates(&[])?
//!     .replace_num("negative prices are typing errors", "price", |_, x| x.abs())?
//!     .finish();
//! assert_eq!(cleaned.table.rows(), 4);
//! assert_eq!(cleaned.rows, [0, 1, 3, 4]);                       // where the rows came from
//! assert_eq!(cleaned.table.column_named("category")?.str_at(1), Some("Toys"));
//! let entries = cleaned.audit.entries().iter();
//! let touched: Vec<usize> = entries.map(|e| e.removed + e.changed).collect();
//! assert_eq!(touched, [1, 1, 1]);
//! println!("{}", cleaned.audit);
//! # Ok::<(), ml_data::Error>(())
//! ```

mod audit;
mod cleaning;
mod currency;
mod fence;
mod retail;
mod shop;
mod spelling;
mod times;
mod typed;

pub use audit::{Audit, AuditEntry};
pub use cleaning::{Cleaned, Cleaning};
pub(crate) use fence::quantile;
pub use fence::{Fence, Outlier};
pub use retail::{
    AbsurdQuantity, Cancellation, Cancellations, CleanRetail, RetailCleaning, is_product_code,
    retail_columns,
};
pub use shop::{RepairedShop, ShopRepair, ShopTables};
pub use spelling::Case;
pub use times::Clock;
