#include "common/exporter/frame.h"
#include "exporters/node/node_exporter.h"

int main(int argc, char** argv) {
  sonde::node::Options options;
  return sonde::exporter::run(sonde::node::make_application(options), argc, argv);
}
