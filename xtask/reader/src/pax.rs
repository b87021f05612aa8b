//! Extended headers: records that say of the entry behind them what its own header has no room for.

use tar::Header;

use crate::{Fault, fault, fingerprint};

const MALFORMED: Fault = Fault::Header("a PAX record is malformed");

/// What extended headers said about the entry that follows them.
#[derive(Default)]
pub(crate) struct Extended {
    pub name: Option<Vec<u8>>,
    pub link: Option<Vec<u8>>,
    pub size: Option<u64>,
    pub sparse_size: Option<u64>,
    pub sparse_name: Option<Vec<u8>>,
    /// The fingerprint of all records that say neither where something lies nor how large it is nor when it was: owners and attributes.
    pub others: u64,
}

impl Extended {
    /// Where a link leads.
    ///
    /// Errors: neither a record nor the header says.
    pub fn target(&self, header: &Header) -> fault::Read<Vec<u8>> {
        let target = self.link.clone().or_else(|| header.link_name_bytes().map(std::borrow::Cow::into_owned));
        target.ok_or(Fault::Header("a link without a target"))
    }

    /// Takes in the records of one extended header. One with an empty value says that nothing is said (pax, "pax Extended
    /// Header").
    ///
    /// Errors: a record that is none, or a number that is none.
    pub fn read(&mut self, mut records: &[u8]) -> fault::Read<()> {
        while let Some((key, value)) = next(&mut records)? {
            let text = || Some(value).filter(|value| !value.is_empty()).map(<[u8]>::to_vec);
            let size = || if value.is_empty() { Ok(None) } else { decimal(value).map(Some) };
            match key {
                b"path" => self.name = text(),
                b"linkpath" => self.link = text(),
                b"size" => self.size = size()?,
                b"GNU.sparse.name" => self.sparse_name = text(),
                b"GNU.sparse.size" | b"GNU.sparse.realsize" => self.sparse_size = size()?,
                b"mtime" | b"atime" | b"ctime" => {}
                _ => self.others = fingerprint::of(&[&self.others.to_le_bytes(), key, value]),
            }
        }
        Ok(())
    }
}

/// The next record, `LENGTH KEY=VALUE` and a line feed. Its length counts all of it, its own digits included, and alone says
/// where it ends: a value may hold any byte, as the capabilities of a file do.
fn next<'r>(records: &mut &'r [u8]) -> fault::Read<Option<(&'r [u8], &'r [u8])>> {
    if records.is_empty() {
        return Ok(None);
    }
    let space = records.iter().position(|&byte| byte == b' ').ok_or(MALFORMED)?;
    let length = decimal(&records[..space]).ok().and_then(|length| usize::try_from(length).ok()).ok_or(MALFORMED)?;
    let (record, rest) = records.split_at_checked(length).ok_or(MALFORMED)?;
    let record = record.get(space + 1..).and_then(|record| record.strip_suffix(b"\n")).ok_or(MALFORMED)?;
    let equals = record.iter().position(|&byte| byte == b'=').filter(|&at| at > 0).ok_or(MALFORMED)?;
    *records = rest;
    Ok(Some((&record[..equals], &record[equals + 1..])))
}

fn decimal(value: &[u8]) -> fault::Read<u64> {
    // `parse` would take a leading plus.
    number(std::str::from_utf8(value).map_err(drop).and_then(|text| match text.as_bytes() {
        [b'0'..=b'9', ..] => text.parse().map_err(drop),
        _ => Err(()),
    }))
}

/// A number of a header within the bounds in which sums cannot overflow: larger than any file system allows.
pub(crate) fn number<E>(parsed: Result<u64, E>) -> fault::Read<u64> {
    parsed.ok().filter(|&number| number < 1 << 60).ok_or(Fault::Header("a number is out of range"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(records: &[u8]) -> Option<Vec<Vec<u8>>> {
        let mut left = records;
        let mut keys = Vec::new();
        loop {
            match next(&mut left) {
                Ok(Some((key, _))) => keys.push(key.to_vec()),
                Ok(None) => return Some(keys),
                Err(_) => return None,
            }
        }
    }

    #[test]
    fn a_record_ends_where_its_length_says() {
        assert_eq!(keys(b"9 a=b\nc=d\n"), None, "a length that ends before a line feed");
        assert_eq!(keys(b"10 a=b\nc=\n7 e=f=\n"), Some(vec![b"a".to_vec(), b"e".to_vec()]));
        for broken in
            [&b"x a=b\n"[..], b"6 a=b", b"6 a=b\n6", b"5 =b\n", b"5 ab\n", b"99 a=b\n", b"+6 a=b\n", b"0 a=b\n"]
        {
            assert_eq!(keys(broken), None, "{}", String::from_utf8_lossy(broken));
        }
    }
}
