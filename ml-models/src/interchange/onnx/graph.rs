//! The messages of ONNX: nodes, attributes, constants, inputs and outputs.

use super::wire::Message;

/// An attribute of a node.
pub(super) enum Attribute<'a> {
    Int(i64),
    Text(&'a str),
    Ints(&'a [i64]),
    Floats(&'a [f32]),
    Texts(&'a [&'a str]),
}

impl Attribute<'_> {
    fn message(&self, name: &str) -> Message {
        let named = Message::default().bytes(1, name);
        match self {
            Self::Int(n) => named.int(3, *n).int(20, 2),
            Self::Text(text) => named.bytes(4, text).int(20, 3),
            Self::Floats(numbers) => named.floats(7, numbers).int(20, 6),
            Self::Ints(numbers) => named.ints(8, numbers).int(20, 7),
            Self::Texts(texts) => texts
                .iter()
                .fold(named, |message, text| message.bytes(9, text))
                .int(20, 8),
        }
    }
}

/// The nodes of a graph and the constants they use.
#[derive(Default)]
pub(super) struct Graph(Message);

impl Graph {
    /// Adds a node with one output, and returns the output's name.
    pub(super) fn node<'a>(
        &mut self,
        (domain, operator): (&str, &str),
        inputs: &[&str],
        output: &'a str,
        attributes: &[(&str, Attribute<'_>)],
    ) -> &'a str {
        let mut node = Message::default();
        for input in inputs {
            node = node.bytes(1, input);
        }
        node = node.bytes(2, output).bytes(3, output).bytes(4, operator);
        for (name, attribute) in attributes {
            node = node.message(5, &attribute.message(name));
        }
        if !domain.is_empty() {
            node = node.bytes(7, domain);
        }
        self.0 = std::mem::take(&mut self.0).message(1, &node);
        output
    }

    /// Adds a number, or a list of column numbers, as a constant.
    pub(super) fn number<'a>(&mut self, name: &'a str, number: f32) -> &'a str {
        let tensor = Message::default().int(2, 1).floats(4, &[number]);
        self.constant(&tensor, name)
    }

    pub(super) fn columns<'a>(&mut self, name: &'a str, columns: &[i64]) -> &'a str {
        let dims = Message::default().ints(1, &[columns.len() as i64]);
        let tensor = dims.int(2, 7).ints(7, columns);
        self.constant(&tensor, name)
    }

    fn constant<'a>(&mut self, tensor: &Message, name: &'a str) -> &'a str {
        let tensor = tensor.clone().bytes(8, name);
        self.0 = std::mem::take(&mut self.0).message(5, &tensor);
        name
    }

    /// The whole model, with matrices of these widths going in and out.
    pub(super) fn model(self, input: (&str, usize), outputs: &[(&str, usize)]) -> Vec<u8> {
        let mut graph = self.0.bytes(2, "trees").message(11, &matrix(input));
        for &output in outputs {
            graph = graph.message(12, &matrix(output));
        }
        let operators = |domain: &str, version| Message::default().bytes(1, domain).int(2, version);
        Message::default()
            .int(1, 8) // the format's version, that of ONNX 1.10 to 1.13
            .bytes(2, "ml-pipeline")
            .message(7, &graph)
            .message(8, &operators("", 15))
            .message(8, &operators("ai.onnx.ml", 3))
            .into_bytes()
    }
}

/// A matrix of `f32`, any number of rows.
fn matrix((name, width): (&str, usize)) -> Message {
    let rows = Message::default().bytes(2, "rows");
    let columns = Message::default().int(1, width as i64);
    let shape = Message::default().message(1, &rows).message(1, &columns);
    let tensor = Message::default().int(1, 1).message(2, &shape);
    let kind = Message::default().message(1, &tensor);
    Message::default().bytes(1, name).message(2, &kind)
}
