#pragma once
// The node exporter as an application of the exporter frame: what main() runs.

#include "common/exporter/frame.h"

namespace sonde::node {

exporter::Application make_application();

}  // namespace sonde::node
