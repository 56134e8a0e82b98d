use super::*;

fn users(n: usize) -> Vec<f64> {
    (0..n).map(|i| ((i * 37) % 101) as f64 / 100.0).collect()
}

#[test]
fn close_to_the_normal_interval() {
    let values = users(5_050); // a whole number of periods: mean 0.5, known spread
    let mean = 0.5;
    let spread = (values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / 5_050.0).sqrt();
    let half = 1.959_964 * spread / 5_050f64.sqrt();
    let found = Bootstrap::new().mean(&values).unwrap();
    assert!((found.value - mean).abs() < 1e-12);
    let interval = found.interval;
    // the Monte Carlo error of an end is about 3 % of the half width at 2,000 resamples
    assert!(
        (interval.lower - (mean - half)).abs() < 0.12 * half,
        "{interval}"
    );
    assert!(
        (interval.upper - (mean + half)).abs() < 0.12 * half,
        "{interval}"
    );
    let wide = Bootstrap::new().level(0.99).mean(&values).unwrap().interval;
    assert!(wide.lower < interval.lower && interval.upper < wide.upper);
}

#[test]
fn same_bits_for_any_pool_and_another_seed_differs() {
    let values = users(3_000);
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| Bootstrap::new().n_resamples(200).mean(&values).unwrap())
    };
    assert_eq!(run(1), run(2));
    assert_eq!(run(1), run(4));
    assert_ne!(
        run(1),
        Bootstrap::new()
            .n_resamples(200)
            .seed(1)
            .mean(&values)
            .unwrap()
    );
}

#[test]
fn paired_difference_sees_what_two_intervals_do_not() {
    let a = users(1_000);
    let b: Vec<f64> = a
        .iter()
        .enumerate()
        .map(|(i, v)| v - 0.01 - 0.001 * (i % 3) as f64)
        .collect();
    let boot = Bootstrap::new().n_resamples(500);
    let difference = boot.paired(&a, &b).unwrap().interval;
    assert!(
        !difference.contains(0.0) && difference.lower > 0.0,
        "{difference}"
    );
    let mean = |values: &[f64]| boot.mean(values).unwrap().interval;
    assert!(mean(&a).lower < mean(&b).upper, "the two intervals overlap");
}

#[test]
fn shares_get_wilson_and_other_means_are_accelerated() {
    let mut bought = vec![0.0; 50];
    bought[0] = 1.0;
    let found = Bootstrap::new().estimate(&bought).unwrap();
    assert_eq!(
        (found.method, found.effective),
        (IntervalMethod::Wilson, 1.0)
    );
    // SciPy: binomtest(1, 50).proportion_ci(method="wilson")
    assert!((found.estimate.interval.lower - 0.003539259271646236).abs() < 1e-12);
    assert!((found.estimate.interval.upper - 0.10495443589637815).abs() < 1e-12);
    let most: Vec<f64> = bought.iter().map(|v| 1.0 - v).collect();
    let found = Bootstrap::new().estimate(&most).unwrap();
    assert_eq!(found.effective, 1.0, "the rarer outcome");
    let none = Bootstrap::new().mean(&[0.0; 50]).unwrap().interval;
    assert!(none.lower == 0.0 && none.upper > 0.07);
    let found = Bootstrap::new().estimate(&users(60)).unwrap();
    assert!(found.method == IntervalMethod::BcaT && found.trusted());
    let found = Bootstrap::new()
        .estimate_paired(&users(60), &bought_twice())
        .unwrap();
    assert_eq!(found.method, IntervalMethod::PercentileT);
    let wrong = Bootstrap::new().method(IntervalMethod::Wilson);
    assert!(
        wrong
            .mean(&users(60))
            .unwrap_err()
            .to_string()
            .contains("0 or 1")
    );
    let text = Bootstrap::new().estimate(&[0.3; 20]).unwrap().to_string();
    assert!(
        text.contains("t-corrected BCa; not to be trusted: 0.0"),
        "{text}"
    );
}

fn bought_twice() -> Vec<f64> {
    (0..60).map(|i| f64::from(u8::from(i % 30 == 0))).collect()
}

#[test]
fn a_setting_without_a_method_is_read() {
    let old: Bootstrap =
        serde_json::from_str(r#"{"n_resamples": 500, "level": 0.9, "seed": 3}"#).unwrap();
    assert_eq!(old, Bootstrap::new().n_resamples(500).level(0.9).seed(3));
}

#[test]
fn case_m9_the_largest_numbers_have_finite_intervals() {
    let values: Vec<f64> = (0..40)
        .map(|i| if i % 2 == 0 { 1e308 } else { 1.5e308 })
        .collect();
    let found = Bootstrap::new().mean(&values).unwrap();
    let small: Vec<f64> = values.iter().map(|v| v / 1e308).collect();
    let want = Bootstrap::new().mean(&small).unwrap();
    approx::assert_relative_eq!(found.value, 1.25e308, max_relative = 1e-12);
    let (found, want) = (found.interval, want.interval);
    approx::assert_relative_eq!(found.lower / 1e308, want.lower, max_relative = 1e-12);
    approx::assert_relative_eq!(found.upper / 1e308, want.upper, max_relative = 1e-12);
    let constant = Bootstrap::new().mean(&[1e308; 3]).unwrap();
    assert!(
        [
            constant.value,
            constant.interval.lower,
            constant.interval.upper
        ]
        .iter()
        .all(|v| v.is_finite())
    );
    let minus: Vec<f64> = values.iter().map(|v| -v).collect();
    let e = Bootstrap::new()
        .paired(&values, &minus)
        .unwrap_err()
        .to_string();
    assert!(e.contains("row 0") && e.contains("finite"), "{e}");
}

#[test]
fn percentile_is_numpy_linear() {
    let v = [1.0, 2.0, 4.0, 8.0];
    assert_eq!(percentile(&v, 0.5), 3.0);
    assert!((percentile(&v, 0.025) - 1.075).abs() < 1e-12);
    assert!((percentile(&v, 0.975) - 7.7).abs() < 1e-12);
    assert_eq!(percentile(&v, 1.0), 8.0);
}

#[test]
fn bad_input_is_named() {
    let text = |r: Result<Estimate>| r.unwrap_err().to_string();
    assert!(text(Bootstrap::new().mean(&[])).contains("at least 2"));
    assert!(text(Bootstrap::new().mean(&[1.0])).contains("found 1"));
    assert!(text(Bootstrap::new().mean(&[1.0, f64::NAN])).contains("row 1"));
    assert!(text(Bootstrap::new().level(1.0).mean(&[1.0, 2.0])).contains("level"));
    for n in [3, usize::MAX] {
        assert!(text(Bootstrap::new().n_resamples(n).mean(&[1.0, 2.5])).contains("n_resamples"));
    }
    assert!(text(Bootstrap::new().paired(&[1.0, 2.0], &[1.0])).contains("expected 2"));
}

/// By hand, from the median: 0, 0, 0, 1, 3; 2, 1, 0, 1, 7; 2, 1, 1, 7 of an even number.
#[test]
fn effective_successes_are_counted_from_the_median() {
    let of = |values: &[f64]| interval::effective(values);
    assert!((of(&[3.0, 0.0, 0.0, 1.0, 0.0]) - 16.0 / 10.0).abs() < 1e-15);
    assert!((of(&[1.0, 10.0, 2.0, 3.0, 4.0]) - 121.0 / 55.0).abs() < 1e-14);
    assert!((of(&[9.0, 0.0, 1.0, 3.0]) - 121.0 / 55.0).abs() < 1e-14);
    assert_eq!(of(&[4.0; 3]), 0.0);
}

/// The draws are those of the generator, the same for all columns.
#[test]
fn resampled_means_are_of_users_drawn_with_replacement() {
    let (a, b) = ([1.0, 2.0, 4.0, 8.0, 16.0], [0.5, -1.0, 0.0, 3.0, 2.0]);
    let boot = Bootstrap::new().n_resamples(100).seed(9);
    let found = boot.resampled_means(&[&a[..], &b[..]]).unwrap();
    assert_eq!(found.len(), 100);
    for (resample, means) in found.iter().enumerate() {
        let mut random = generator(9, "bootstrap", resample as u64);
        let mut sums = [0.0; 2];
        for _ in 0..5 {
            let user = ((u128::from(random.next_u64()) * 5) >> 64) as usize;
            sums = [sums[0] + a[user], sums[1] + b[user]];
        }
        assert_eq!(means[..], sums.map(|s| s / 5.0));
    }
    let boot = boot.level(0.8).method(IntervalMethod::Percentile);
    let mut means: Vec<f64> = found.iter().map(|m| m[0]).collect();
    means.sort_unstable_by(f64::total_cmp);
    let Estimate { value, interval } = boot.mean(&a).unwrap();
    assert_eq!((value, interval.level), (6.2, 0.8));
    assert_eq!(interval.lower, percentile(&means, (1.0 - 0.8) / 2.0));
    assert_eq!(interval.upper, percentile(&means, 1.0 - (1.0 - 0.8) / 2.0));
}

#[test]
fn settings_at_their_bounds() {
    let text = |boot: Bootstrap| match boot.mean(&[1.0, 2.5]) {
        Ok(_) => String::new(),
        Err(e) => e.to_string(),
    };
    let new = || Bootstrap::new().n_resamples(100);
    assert_eq!(text(new()), "");
    assert!(text(new().n_resamples(99)).contains("`n_resamples` = 99"));
    let most = limits::RESAMPLES;
    assert!(Bootstrap::new().n_resamples(most).check().is_ok());
    assert!(text(new().n_resamples(most + 1)).contains("`n_resamples`"));
    assert_eq!(text(new().level(0.999)), "");
    for bad in [0.0, 1.0, -0.5, f64::NAN] {
        assert!(text(new().level(bad)).contains("`level`"), "{bad}");
    }
}
