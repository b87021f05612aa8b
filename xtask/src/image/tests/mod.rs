//! Weighing: what is remembered, what is asked for, and the scale as engines meet it.

mod scale;
mod weighing;
