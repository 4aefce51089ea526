#include "scraper/config/discovery_tables.h"

#include <doctest/doctest.h>

#include <map>

#include "common/yaml/writer.h"
#include "scraper/config/load.h"

namespace sonde::config {
namespace {

std::string error_of(const std::string& key, const std::string& entry) {
  const auto config =
      parse_config("scrape_configs:\n- job_name: j\n  " + key + ": [" + entry + "]\n", "t.yml");
  return config ? "accepted" : config.error().message();
}

// The least that each mechanism accepts.
const std::map<std::string_view, std::string>& minimal() {
  static const std::map<std::string_view, std::string> entries{
      {"aws_sd_configs", "{role: ec2}"},
      {"azure_sd_configs", "{subscription_id: a, tenant_id: b, client_id: c, client_secret: d}"},
      {"consul_sd_configs", "{}"},
      {"digitalocean_sd_configs", "{}"},
      {"dns_sd_configs", "{names: [a]}"},
      {"docker_sd_configs", "{host: unix:///x}"},
      {"dockerswarm_sd_configs", "{host: unix:///x, role: tasks}"},
      {"ec2_sd_configs", "{}"},
      {"ecs_sd_configs", "{}"},
      {"elasticache_sd_configs", "{}"},
      {"eureka_sd_configs", "{server: 'http://x'}"},
      {"gce_sd_configs", "{project: a, zone: b}"},
      {"hetzner_sd_configs", "{role: robot}"},
      {"http_sd_configs", "{url: 'http://x'}"},
      {"ionos_sd_configs", "{datacenter_id: a}"},
      {"kubernetes_sd_configs", "{role: pod}"},
      {"kuma_sd_configs", "{server: 'http://x'}"},
      {"lightsail_sd_configs", "{}"},
      {"linode_sd_configs", "{}"},
      {"marathon_sd_configs", "{servers: [a]}"},
      {"msk_sd_configs", "{}"},
      {"nerve_sd_configs", "{servers: [a], paths: [/b]}"},
      {"nomad_sd_configs", "{}"},
      {"oci_sd_configs", "{region: a, tenancy: b, user: c, fingerprint: d, key_file: e}"},
      {"openstack_sd_configs", "{role: instance, region: a}"},
      {"outscale_sd_configs", "{access_key: a, secret_key: b}"},
      {"ovhcloud_sd_configs", "{application_key: a, application_secret: b, consumer_key: c, service: vps}"},
      {"puppetdb_sd_configs", "{url: 'http://x', query: q}"},
      {"rds_sd_configs", "{}"},
      {"scaleway_sd_configs", "{project_id: a, access_key: b, secret_key: c, role: instance}"},
      {"serverset_sd_configs", "{servers: [a], paths: [/b]}"},
      {"stackit_sd_configs", "{}"},
      {"triton_sd_configs", "{account: a, dns_suffix: b, endpoint: c}"},
      {"uyuni_sd_configs", "{server: 'http://x', username: a, password: b}"},
      {"vultr_sd_configs", "{}"},
  };
  return entries;
}

TEST_SUITE("scraper/config/discovery_tables") {
  TEST_CASE("every mechanism accepts its least and refuses an unknown key") {
    CHECK(minimal().size() == mechanisms().size());
    for (const MechanismSpec& mechanism : mechanisms()) {
      CAPTURE(mechanism.key);
      const auto entry = minimal().find(mechanism.key);
      REQUIRE(entry != minimal().end());
      const std::string key(mechanism.key);
      CHECK(error_of(key, entry->second) == "accepted");
      CHECK(error_of(key, "{no_such_key: 1}").find("t.yml: line 3") == 0);
      CHECK(error_of(key, "1") != "accepted");
      CHECK(error_of(key, "") == "accepted");
    }
  }

  TEST_CASE("every required key is asked for") {
    for (const MechanismSpec& mechanism : mechanisms()) {
      for (const KeySpec& spec : mechanism.keys) {
        if (!spec.required) continue;
        CAPTURE(mechanism.key);
        CAPTURE(spec.name);
        auto node = yaml::parse(minimal().at(mechanism.key), "t.yml");
        REQUIRE(node.ok());
        std::erase_if(node->entries, [&](const yaml::Entry& entry) { return entry.key == spec.name; });
        node->entries.push_back({std::string(spec.name), {}, {}});
        yaml::Node jobs = yaml::make_list();
        jobs.items.emplace_back();
        yaml::put(jobs.items[0], "job_name", yaml::make_text("j"));
        yaml::Node list = yaml::make_list();
        list.items.push_back(*node);
        yaml::put(jobs.items[0], mechanism.key, std::move(list));
        yaml::Node root = yaml::make_map();
        yaml::put(root, "scrape_configs", std::move(jobs));
        const auto config = parse_config(yaml::write(root), "t.yml");
        REQUIRE_FALSE(config.ok());
        CHECK(config.error().message().find(std::string(spec.name) + " is missing") != std::string::npos);
      }
    }
  }

  TEST_CASE("client keys belong to the mechanisms that have a client") {
    CHECK(error_of("consul_sd_configs", "{follow_redirects: false}") == "accepted");
    CHECK(error_of("dns_sd_configs", "{names: [a], follow_redirects: false}") != "accepted");
  }
}

}  // namespace
}  // namespace sonde::config
