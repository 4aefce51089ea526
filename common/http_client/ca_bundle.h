#pragma once
// Where this system keeps the certificates of the authorities.

namespace sonde::http {

// The path of the bundle, found once; nullptr when there is none. Any thread.
const char* system_ca_bundle();

}  // namespace sonde::http
