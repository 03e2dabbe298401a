//! A measure as an edition records it: the field names of the content files, and only the texts of the sheet.

use super::{Audiences, Measure, MeasureOrigin, Restricted, Statement};
use crate::text::Text;
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasureData {
    id: String,
    no: Option<u32>,
    subject: Text,
    measure: Option<Text>,
    not_applicable: Option<Text>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    open: bool,
    remarks: Option<Text>,
    audience: Audiences,
}

impl From<Measure> for MeasureData {
    fn from(measure: Measure) -> MeasureData {
        let audience = Audiences {
            subject: measure.subject.audience,
            measure: measure.measure.audience,
            remarks: measure.remarks.audience,
        };
        let (stated, not_applicable, open) = match measure.measure.value {
            Statement::Stated(text) => (Some(text.ja), None, false),
            Statement::NotApplicable(reason) => (None, Some(reason.ja), false),
            Statement::Open => (None, None, true),
        };
        MeasureData {
            id: measure.id,
            no: measure.no,
            subject: measure.subject.value.ja,
            measure: stated,
            not_applicable,
            open,
            remarks: measure.remarks.value.map(|remarks| remarks.ja),
            audience,
        }
    }
}

impl From<MeasureData> for Measure {
    fn from(data: MeasureData) -> Measure {
        let statement = match (data.measure, data.not_applicable) {
            (Some(text), _) => Statement::Stated(text.into()),
            (None, Some(reason)) => Statement::NotApplicable(reason.into()),
            (None, None) => Statement::Open,
        };
        Measure {
            id: data.id,
            formerly: Vec::new(),
            no: data.no,
            subject: Restricted {
                value: data.subject.into(),
                audience: data.audience.subject,
            },
            measure: Restricted {
                value: statement,
                audience: data.audience.measure,
            },
            remarks: Restricted {
                value: data.remarks.map(Into::into),
                audience: data.audience.remarks,
            },
            origin: MeasureOrigin::default(),
        }
    }
}
