use super::*;
use crate::table::{Column, Table};

fn artifact() -> Artifact {
    let table = Table::new([
        ("city", Column::cat([Some("Riga")])),
        ("n", Column::num([1.0])),
    ])
    .unwrap();
    Artifact::new("toy/1", &vec![1.5f64, 2.5])
        .unwrap()
        .with_schema(table.schema())
        .with_profile(&7u8)
        .unwrap()
}

#[test]
fn round_trip() {
    let back = Artifact::from_bytes(&artifact().to_bytes().unwrap()).unwrap();
    assert_eq!(back, artifact());
    assert_eq!(back.state::<Vec<f64>>("toy/1").unwrap(), [1.5, 2.5]);
    assert_eq!(back.profile::<u8>().unwrap(), Some(7));
}

#[test]
fn every_flipped_byte_is_noticed() {
    let bytes = artifact().to_bytes().unwrap();
    for i in 0..bytes.len() {
        let mut bad = bytes.clone();
        bad[i] ^= 0x40;
        let e = Artifact::from_bytes(&bad).unwrap_err();
        match i {
            0..8 => assert_eq!(e, ArtifactError::Magic, "byte {i}"),
            8..10 => assert!(matches!(e, ArtifactError::Format { .. }), "byte {i}: {e}"),
            _ => assert!(
                matches!(e, ArtifactError::Checksum | ArtifactError::Truncated { .. }),
                "byte {i}: {e}"
            ),
        }
    }
}

#[test]
fn every_truncation_is_noticed() {
    let bytes = artifact().to_bytes().unwrap();
    for n in 0..bytes.len() {
        let e = Artifact::from_bytes(&bytes[..n]).unwrap_err();
        assert!(
            matches!(e, ArtifactError::Truncated { .. } | ArtifactError::Magic),
            "{n}: {e}"
        );
    }
}

#[test]
fn later_formats_and_other_kinds_are_named() {
    let mut bytes = artifact().to_bytes().unwrap();
    let e = Artifact::from_bytes(&bytes)
        .unwrap()
        .state::<Vec<f64>>("other/1")
        .unwrap_err();
    assert_eq!(
        e.to_string(),
        "artifact holds `toy/1`, the program expects one of: other/1"
    );
    bytes[8] = 9;
    let e = Artifact::from_bytes(&bytes).unwrap_err();
    assert_eq!(
        e,
        ArtifactError::Format {
            found: 9,
            newest: 1
        }
    );
    assert_eq!(
        Artifact::from_bytes(b"PK\x03\x04 something else entirely").unwrap_err(),
        ArtifactError::Magic
    );
}

/// The bytes written by format 1, kept so that later versions prove they still read them.
#[test]
fn golden_format_1_is_still_read() {
    let bytes = include_bytes!("../../tests/golden/format1.mlp");
    let back = Artifact::from_bytes(bytes).unwrap();
    assert_eq!((back.kind(), back.library()), ("toy/1", "0.1.0"));
    assert_eq!(back.state::<Vec<f64>>("toy/1").unwrap(), [1.5, 2.5]);
    assert_eq!(
        back.schema().unwrap().field(0).levels().unwrap().names(),
        [Box::from("Riga")]
    );
}
