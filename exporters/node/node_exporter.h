#pragma once
// The node exporter as an application of the exporter frame: what main() runs.

#include "common/exporter/frame.h"
#include "exporters/node/options.h"

namespace sonde::node {

// `options` outlives it: the flags write to them.
exporter::Application make_application(Options& options);

}  // namespace sonde::node
