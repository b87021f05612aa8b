//! What an image carries and need not.

mod base_larger_than_needed;
mod carried;
mod deleted_later;
mod dev_dependencies_shipped;
mod documentation_shipped;
mod doubled_by_metadata;
mod package_cache_shipped;
mod package_manager_shipped;
mod same_file_twice;
mod single_stage;
mod sources_shipped;
mod tests_shipped;
mod toolchain_shipped;
mod version_control_shipped;

use super::Rule;

/// In the order of the reference.
pub const ALL: &[Rule] = &[
    single_stage::RULE,
    toolchain_shipped::RULE,
    package_manager_shipped::RULE,
    dev_dependencies_shipped::RULE,
    tests_shipped::RULE,
    sources_shipped::RULE,
    version_control_shipped::RULE,
    documentation_shipped::RULE,
    package_cache_shipped::RULE,
    deleted_later::RULE,
    doubled_by_metadata::RULE,
    same_file_twice::RULE,
    base_larger_than_needed::RULE,
];
