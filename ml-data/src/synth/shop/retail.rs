//! The accounting department's view: transaction lines in the eight columns of the UCI "Online
//! Retail" files.

use super::config::ShopConfig;
use super::defect::{Defect, DefectLog};
use super::draw::{happens, which};
use super::event::EventKind;
use super::raw::{RawEvent, customer_id, invoice, stock_code};
use super::transaction::{RetailRow, RetailTruth};
use super::truth::Truth;
use crate::random::{RngExt, Xoshiro256PlusPlus, generator};
use crate::time::{MICROS_PER_SECOND, TimeFormat};

const FEES: [(&str, &str, i64, f64, f64); 7] = [
    ("POST", "POSTAGE", 1, 4.0, 18.0),
    ("D", "Discount", -1, 2.0, 60.0),
    ("M", "Manual", 1, 1.0, 200.0),
    ("BANK CHARGES", "Bank Charges", -1, 10.0, 20.0),
    ("AMAZONFEE", "AMAZON FEE", -1, 50.0, 900.0),
    ("ADJUST", "Adjustment by accounts", 1, 5.0, 50.0),
    ("TEST001", "This is a test product.", 5, 4.5, 4.6),
];

/// The lines, in time order; fills in the truth about them.
pub(super) fn transactions(
    config: &ShopConfig,
    events: &[RawEvent],
    truth: &mut Truth,
) -> Vec<RetailRow> {
    let rng = &mut generator(config.seed, "shop transactions", 0);
    let mut ledger = Ledger {
        defects: std::mem::take(&mut truth.defects),
        ..Ledger::default()
    };
    let mut cancellations = 0;
    let mut guest = (u32::MAX, false);
    for (i, e) in events.iter().enumerate() {
        if !matches!(e.kind, EventKind::Purchase | EventKind::Return) {
            continue;
        }
        let event = truth.event_of_row[i];
        if ledger.defects.has(Defect::EventDuplicate, i as u32) {
            ledger.repeat_last();
            continue;
        }
        // One order is one form: the customer is on all of its lines or on none.
        if guest.0 != e.order {
            guest = (e.order, happens(rng, config.defects.customer_missing));
        }
        let clean = &truth.events[event as usize];
        let returned = e.kind == EventKind::Return;
        if ledger.defects.has(Defect::EventQuantityAbsurd, i as u32) {
            ledger.defect(Defect::TransactionQuantityAbsurd);
        }
        let customer_missing = guest.1 && !returned;
        if customer_missing {
            ledger.defect(Defect::TransactionCustomerMissing);
        }
        let number = if returned {
            cancellations += 1;
            format!("C{}", 1_500_000 + cancellations)
        } else {
            invoice(e.order).to_string()
        };
        let row = RetailRow {
            invoice: number,
            stock_code: stock_code(e.product),
            description: truth.products[e.product as usize].name.to_uppercase(),
            quantity: if returned {
                -i64::from(clean.quantity)
            } else {
                e.quantity
            },
            invoice_date: TimeFormat::Iso.format(e.time * MICROS_PER_SECOND),
            price: clean.unit_price,
            customer_id: (!customer_missing).then(|| customer_id(clean.user)),
            country: truth.users[clean.user as usize].country.name().into(),
        };
        let extra = beside(config, &row, rng);
        ledger.rows.push(row);
        ledger.kinds.push(if returned {
            RetailTruth::Cancellation(event)
        } else {
            RetailTruth::Sale(event)
        });
        if let Some((row, kind)) = extra {
            ledger.defect(match kind {
                RetailTruth::NotProduct => Defect::TransactionNotProduct,
                _ => Defect::TransactionAdjustment,
            });
            ledger.rows.push(row);
            ledger.kinds.push(kind);
        }
    }
    truth.defects = ledger.defects;
    truth.transactions = ledger.kinds;
    ledger.rows
}

/// Lines as they are written, with the truth about each.
#[derive(Default)]
struct Ledger {
    rows: Vec<RetailRow>,
    kinds: Vec<RetailTruth>,
    defects: DefectLog,
}

impl Ledger {
    /// Notes a defect of the line that comes next.
    fn defect(&mut self, defect: Defect) {
        self.defects.add(defect, self.rows.len());
    }

    /// Writes the last line again, with its defects.
    fn repeat_last(&mut self) {
        let original = self.rows.len() - 1;
        let inherited = [
            Defect::TransactionCustomerMissing,
            Defect::TransactionQuantityAbsurd,
        ];
        for defect in inherited {
            if self.defects.has(defect, original as u32) {
                self.defect(defect);
            }
        }
        self.defect(Defect::TransactionDuplicate);
        self.rows.push(self.rows[original].clone());
        self.kinds.push(RetailTruth::Duplicate(original as u32));
    }
}

/// Now and then a line that is no sale stands beside a sale; none in a shop without missing
/// customers.
fn beside(
    config: &ShopConfig,
    sale: &RetailRow,
    rng: &mut Xoshiro256PlusPlus,
) -> Option<(RetailRow, RetailTruth)> {
    // An adjustment, a fee, or nothing.
    let kind = which(rng.random(), &[0.005, 0.02, 1.0]);
    if kind == 2 || config.defects.customer_missing == 0.0 || sale.quantity.is_negative() {
        return None;
    }
    if kind == 0 {
        let row = RetailRow {
            invoice: format!("{}", 1_800_000 + rng.random_range(0..100_000)),
            description: String::new(),
            quantity: rng.random_range(-80..40),
            price: 0.0,
            customer_id: None,
            ..sale.clone()
        };
        return Some((row, RetailTruth::Adjustment));
    }
    // Half of all fees are postage.
    let which = if rng.random() {
        0
    } else {
        rng.random_range(1..FEES.len())
    };
    let (code, text, quantity, from, to) = FEES[which];
    let row = RetailRow {
        invoice: if quantity.is_negative() {
            format!("C{}", sale.invoice)
        } else {
            sale.invoice.clone()
        },
        stock_code: code.into(),
        description: text.into(),
        quantity,
        price: (rng.random_range(from..to) * 100.0).round() / 100.0,
        ..sale.clone()
    };
    Some((row, RetailTruth::NotProduct))
}
