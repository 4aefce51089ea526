#include "scraper/config/discovery_tables.h"

#include <algorithm>
#include <array>

#include "scraper/config/discovery_checks.h"

namespace sonde::config {
namespace {

constexpr std::array kFilterKeys{
    KeySpec{.name = "name"},
    KeySpec{.name = "values", .kind = KeyKind::Texts},
};

constexpr std::array kEc2FilterKeys{
    KeySpec{.name = "name"},
    KeySpec{.name = "values", .kind = KeyKind::Texts, .required = true},
};

constexpr std::array kNamespacesKeys{
    KeySpec{.name = "own_namespace", .kind = KeyKind::Boolean},
    KeySpec{.name = "names", .kind = KeyKind::Texts},
};

constexpr std::array kSelectorKeys{
    KeySpec{.name = "role"},
    KeySpec{.name = "label"},
    KeySpec{.name = "field"},
};

constexpr std::array kAttachMetadataKeys{
    KeySpec{.name = "node", .kind = KeyKind::Boolean},
    KeySpec{.name = "namespace", .kind = KeyKind::Boolean},
    KeySpec{.name = "deployment", .kind = KeyKind::Boolean},
    KeySpec{.name = "job", .kind = KeyKind::Boolean},
    KeySpec{.name = "cronjob", .kind = KeyKind::Boolean},
};

constexpr std::array kAwsKeys{
    KeySpec{.name = "role",
            .kind = KeyKind::Choice,
            .required = true,
            .choices = "ec2|ecs|elasticache|lightsail|msk|rds"},
    KeySpec{.name = "endpoint"},
    KeySpec{.name = "region"},
    KeySpec{.name = "access_key"},
    KeySpec{.name = "secret_key", .kind = KeyKind::Secret},
    KeySpec{.name = "profile"},
    KeySpec{.name = "role_arn"},
    KeySpec{.name = "external_id"},
    KeySpec{.name = "refresh_interval", .kind = KeyKind::Duration, .fallback = "1m"},
    KeySpec{.name = "port", .kind = KeyKind::Integer, .fallback = "80"},
    KeySpec{.name = "filters", .kind = KeyKind::NestedList, .nested = kEc2FilterKeys},
    KeySpec{.name = "clusters", .kind = KeyKind::Texts},
};

constexpr std::array kAzureKeys{
    KeySpec{.name = "environment", .fallback = "AzurePublicCloud"},
    KeySpec{.name = "port", .kind = KeyKind::Integer, .fallback = "80"},
    KeySpec{.name = "subscription_id", .required = true},
    KeySpec{.name = "tenant_id"},
    KeySpec{.name = "client_id"},
    KeySpec{.name = "client_secret", .kind = KeyKind::Secret},
    KeySpec{.name = "refresh_interval", .kind = KeyKind::Duration, .fallback = "5m"},
    KeySpec{.name = "authentication_method",
            .kind = KeyKind::Choice,
            .fallback = "OAuth",
            .choices = "OAuth|ManagedIdentity|SDK|WorkloadIdentity"},
    KeySpec{.name = "resource_group"},
};

constexpr std::array kConsulKeys{
    KeySpec{.name = "server", .fallback = "localhost:8500", .required = true},
    KeySpec{.name = "path_prefix"},
    KeySpec{.name = "token", .kind = KeyKind::Secret},
    KeySpec{.name = "datacenter"},
    KeySpec{.name = "namespace"},
    KeySpec{.name = "partition"},
    KeySpec{.name = "tag_separator", .fallback = ","},
    KeySpec{.name = "scheme", .fallback = "http"},
    KeySpec{.name = "username"},
    KeySpec{.name = "password", .kind = KeyKind::Secret},
    KeySpec{.name = "allow_stale", .kind = KeyKind::Boolean, .fallback = "true"},
    KeySpec{.name = "refresh_interval", .kind = KeyKind::Duration, .fallback = "30s"},
    KeySpec{.name = "services", .kind = KeyKind::Texts},
    KeySpec{.name = "tags", .kind = KeyKind::Texts},
    KeySpec{.name = "node_meta", .kind = KeyKind::TextMap},
    KeySpec{.name = "filter"},
    KeySpec{.name = "health_filter"},
};

constexpr std::array kDigitaloceanKeys{
    KeySpec{.name = "refresh_interval", .kind = KeyKind::Duration, .fallback = "1m"},
    KeySpec{.name = "port", .kind = KeyKind::Integer, .fallback = "80"},
    KeySpec{.name = "role",
            .kind = KeyKind::Choice,
            .fallback = "droplets",
            .required = true,
            .choices = "droplets|databases"},
};

constexpr std::array kDnsKeys{
    KeySpec{.name = "names", .kind = KeyKind::Texts, .required = true},
    KeySpec{.name = "refresh_interval", .kind = KeyKind::Duration, .fallback = "30s"},
    KeySpec{.name = "type", .fallback = "SRV", .required = true},
    KeySpec{.name = "port", .kind = KeyKind::Integer},
};

constexpr std::array kDockerKeys{
    KeySpec{.name = "host", .required = true},
    KeySpec{.name = "port", .kind = KeyKind::Integer, .fallback = "80"},
    KeySpec{.name = "filters", .kind = KeyKind::NestedList, .nested = kFilterKeys},
    KeySpec{.name = "host_networking_host", .fallback = "localhost"},
    KeySpec{.name = "refresh_interval", .kind = KeyKind::Duration, .fallback = "1m"},
    KeySpec{.name = "match_first_network", .kind = KeyKind::Boolean, .fallback = "true"},
};

constexpr std::array kDockerswarmKeys{
    KeySpec{.name = "host", .required = true},
    KeySpec{.name = "role", .kind = KeyKind::Choice, .required = true, .choices = "services|tasks|nodes"},
    KeySpec{.name = "port", .kind = KeyKind::Integer, .fallback = "80"},
    KeySpec{.name = "filters", .kind = KeyKind::NestedList, .nested = kFilterKeys},
    KeySpec{.name = "refresh_interval", .kind = KeyKind::Duration, .fallback = "1m"},
};

constexpr std::array kEc2Keys{
    KeySpec{.name = "endpoint"},
    KeySpec{.name = "region"},
    KeySpec{.name = "access_key"},
    KeySpec{.name = "secret_key", .kind = KeyKind::Secret},
    KeySpec{.name = "profile"},
    KeySpec{.name = "role_arn"},
    KeySpec{.name = "external_id"},
    KeySpec{.name = "refresh_interval", .kind = KeyKind::Duration, .fallback = "1m"},
    KeySpec{.name = "port", .kind = KeyKind::Integer, .fallback = "80"},
    KeySpec{.name = "filters", .kind = KeyKind::NestedList, .nested = kEc2FilterKeys},
};

constexpr std::array kEcsKeys{
    KeySpec{.name = "endpoint"},
    KeySpec{.name = "region"},
    KeySpec{.name = "access_key"},
    KeySpec{.name = "secret_key", .kind = KeyKind::Secret},
    KeySpec{.name = "profile"},
    KeySpec{.name = "role_arn"},
    KeySpec{.name = "external_id"},
    KeySpec{.name = "clusters", .kind = KeyKind::Texts},
    KeySpec{.name = "port", .kind = KeyKind::Integer, .fallback = "80"},
    KeySpec{.name = "refresh_interval", .kind = KeyKind::Duration, .fallback = "1m"},
    KeySpec{.name = "request_concurrency", .kind = KeyKind::Integer, .fallback = "20"},
};

constexpr std::array kElasticacheKeys{
    KeySpec{.name = "endpoint"},
    KeySpec{.name = "region"},
    KeySpec{.name = "access_key"},
    KeySpec{.name = "secret_key", .kind = KeyKind::Secret},
    KeySpec{.name = "profile"},
    KeySpec{.name = "role_arn"},
    KeySpec{.name = "external_id"},
    KeySpec{.name = "clusters", .kind = KeyKind::Texts},
    KeySpec{.name = "port", .kind = KeyKind::Integer, .fallback = "80"},
    KeySpec{.name = "refresh_interval", .kind = KeyKind::Duration, .fallback = "1m"},
    KeySpec{.name = "request_concurrency", .kind = KeyKind::Integer, .fallback = "10"},
};

constexpr std::array kEurekaKeys{
    KeySpec{.name = "server", .kind = KeyKind::HttpUrl, .required = true},
    KeySpec{.name = "refresh_interval", .kind = KeyKind::Duration, .fallback = "30s"},
};

constexpr std::array kGceKeys{
    KeySpec{.name = "project", .required = true},
    KeySpec{.name = "zone", .required = true},
    KeySpec{.name = "filter"},
    KeySpec{.name = "refresh_interval", .kind = KeyKind::Duration, .fallback = "1m"},
    KeySpec{.name = "port", .kind = KeyKind::Integer, .fallback = "80"},
    KeySpec{.name = "tag_separator", .fallback = ","},
};

constexpr std::array kHetznerKeys{
    KeySpec{.name = "refresh_interval", .kind = KeyKind::Duration, .fallback = "1m"},
    KeySpec{.name = "port", .kind = KeyKind::Integer, .fallback = "80"},
    KeySpec{.name = "role", .kind = KeyKind::Choice, .required = true, .choices = "robot|hcloud"},
    KeySpec{.name = "label_selector"},
};

constexpr std::array kHttpKeys{
    KeySpec{.name = "refresh_interval", .kind = KeyKind::Duration, .fallback = "1m"},
    KeySpec{.name = "url", .kind = KeyKind::HttpUrl, .required = true},
};

constexpr std::array kIonosKeys{
    KeySpec{.name = "datacenter_id", .required = true},
    KeySpec{.name = "refresh_interval", .kind = KeyKind::Duration, .fallback = "1m"},
    KeySpec{.name = "port", .kind = KeyKind::Integer, .fallback = "80"},
};

constexpr std::array kKubernetesKeys{
    KeySpec{.name = "api_server"},
    KeySpec{.name = "role",
            .kind = KeyKind::Choice,
            .required = true,
            .choices = "node|pod|service|endpoints|endpointslice|ingress"},
    KeySpec{.name = "kubeconfig_file", .kind = KeyKind::File},
    KeySpec{.name = "namespaces", .kind = KeyKind::Nested, .nested = kNamespacesKeys},
    KeySpec{.name = "selectors", .kind = KeyKind::NestedList, .nested = kSelectorKeys},
    KeySpec{.name = "attach_metadata", .kind = KeyKind::Nested, .nested = kAttachMetadataKeys},
};

constexpr std::array kKumaKeys{
    KeySpec{.name = "refresh_interval", .kind = KeyKind::Duration, .fallback = "15s"},
    KeySpec{.name = "fetch_timeout", .kind = KeyKind::Duration, .fallback = "2m"},
    KeySpec{.name = "server", .kind = KeyKind::HttpUrl, .required = true},
    KeySpec{.name = "client_id"},
};

constexpr std::array kLightsailKeys{
    KeySpec{.name = "endpoint"},
    KeySpec{.name = "region"},
    KeySpec{.name = "access_key"},
    KeySpec{.name = "secret_key", .kind = KeyKind::Secret},
    KeySpec{.name = "profile"},
    KeySpec{.name = "role_arn"},
    KeySpec{.name = "external_id"},
    KeySpec{.name = "refresh_interval", .kind = KeyKind::Duration, .fallback = "1m"},
    KeySpec{.name = "port", .kind = KeyKind::Integer, .fallback = "80"},
};

constexpr std::array kLinodeKeys{
    KeySpec{.name = "refresh_interval", .kind = KeyKind::Duration, .fallback = "1m"},
    KeySpec{.name = "port", .kind = KeyKind::Integer, .fallback = "80"},
    KeySpec{.name = "tag_separator", .fallback = ","},
    KeySpec{.name = "region"},
};

constexpr std::array kMarathonKeys{
    KeySpec{.name = "servers", .kind = KeyKind::Texts, .required = true},
    KeySpec{.name = "refresh_interval", .kind = KeyKind::Duration, .fallback = "30s"},
    KeySpec{.name = "auth_token", .kind = KeyKind::Secret},
    KeySpec{.name = "auth_token_file", .kind = KeyKind::File},
};

constexpr std::array kMskKeys{
    KeySpec{.name = "endpoint"},
    KeySpec{.name = "region"},
    KeySpec{.name = "access_key"},
    KeySpec{.name = "secret_key", .kind = KeyKind::Secret},
    KeySpec{.name = "profile"},
    KeySpec{.name = "role_arn"},
    KeySpec{.name = "external_id"},
    KeySpec{.name = "clusters", .kind = KeyKind::Texts},
    KeySpec{.name = "port", .kind = KeyKind::Integer, .fallback = "80"},
    KeySpec{.name = "refresh_interval", .kind = KeyKind::Duration, .fallback = "1m"},
    KeySpec{.name = "request_concurrency", .kind = KeyKind::Integer, .fallback = "10"},
};

constexpr std::array kNerveKeys{
    KeySpec{.name = "servers", .kind = KeyKind::Texts, .required = true},
    KeySpec{.name = "paths", .kind = KeyKind::Texts, .required = true},
    KeySpec{.name = "timeout", .kind = KeyKind::Duration, .fallback = "10s"},
};

constexpr std::array kNomadKeys{
    KeySpec{.name = "allow_stale", .kind = KeyKind::Boolean, .fallback = "true"},
    KeySpec{.name = "namespace", .fallback = "default"},
    KeySpec{.name = "refresh_interval", .kind = KeyKind::Duration, .fallback = "1m"},
    KeySpec{.name = "region", .fallback = "global"},
    KeySpec{.name = "server", .fallback = "http://localhost:4646", .required = true},
    KeySpec{.name = "tag_separator", .fallback = ","},
};

constexpr std::array kOciKeys{
    KeySpec{.name = "auth",
            .kind = KeyKind::Choice,
            .fallback = "api_key",
            .choices = "api_key|instance_principal"},
    KeySpec{.name = "tenancy"},
    KeySpec{.name = "user"},
    KeySpec{.name = "fingerprint"},
    KeySpec{.name = "key_file", .kind = KeyKind::File},
    KeySpec{.name = "key_passphrase", .kind = KeyKind::Secret},
    KeySpec{.name = "key_passphrase_file", .kind = KeyKind::File},
    KeySpec{.name = "region", .required = true},
    KeySpec{.name = "compartments", .kind = KeyKind::Texts},
    KeySpec{.name = "port", .kind = KeyKind::Integer, .fallback = "80"},
    KeySpec{.name = "refresh_interval", .kind = KeyKind::Duration, .fallback = "1m"},
};

constexpr std::array kOpenstackKeys{
    KeySpec{.name = "identity_endpoint"},
    KeySpec{.name = "username"},
    KeySpec{.name = "userid"},
    KeySpec{.name = "password", .kind = KeyKind::Secret},
    KeySpec{.name = "project_name"},
    KeySpec{.name = "project_id"},
    KeySpec{.name = "domain_name"},
    KeySpec{.name = "domain_id"},
    KeySpec{.name = "application_credential_name"},
    KeySpec{.name = "application_credential_id"},
    KeySpec{.name = "application_credential_secret", .kind = KeyKind::Secret},
    KeySpec{.name = "role",
            .kind = KeyKind::Choice,
            .required = true,
            .choices = "hypervisor|instance|loadbalancer"},
    KeySpec{.name = "region", .required = true},
    KeySpec{.name = "refresh_interval", .kind = KeyKind::Duration, .fallback = "1m"},
    KeySpec{.name = "port", .kind = KeyKind::Integer, .fallback = "80"},
    KeySpec{.name = "all_tenants", .kind = KeyKind::Boolean},
    KeySpec{.name = "tls_config", .kind = KeyKind::Tls},
    KeySpec{.name = "availability",
            .kind = KeyKind::Choice,
            .fallback = "public",
            .choices = "public|internal|admin"},
};

constexpr std::array kOutscaleKeys{
    KeySpec{.name = "endpoint"},
    KeySpec{.name = "region", .fallback = "eu-west-2", .required = true},
    KeySpec{.name = "access_key", .required = true},
    KeySpec{.name = "secret_key", .kind = KeyKind::Secret},
    KeySpec{.name = "secret_key_file", .kind = KeyKind::File},
    KeySpec{.name = "refresh_interval", .kind = KeyKind::Duration, .fallback = "1m"},
    KeySpec{.name = "port", .kind = KeyKind::Integer, .fallback = "80"},
};

constexpr std::array kOvhcloudKeys{
    KeySpec{.name = "endpoint", .fallback = "ovh-eu", .required = true},
    KeySpec{.name = "application_key", .required = true},
    KeySpec{.name = "application_secret", .kind = KeyKind::Secret, .required = true},
    KeySpec{.name = "consumer_key", .kind = KeyKind::Secret, .required = true},
    KeySpec{.name = "refresh_interval", .kind = KeyKind::Duration, .fallback = "1m"},
    KeySpec{.name = "service", .kind = KeyKind::Choice, .required = true, .choices = "dedicated_server|vps"},
};

constexpr std::array kPuppetdbKeys{
    KeySpec{.name = "refresh_interval", .kind = KeyKind::Duration, .fallback = "1m"},
    KeySpec{.name = "url", .kind = KeyKind::HttpUrl, .required = true},
    KeySpec{.name = "query", .required = true},
    KeySpec{.name = "include_parameters", .kind = KeyKind::Boolean},
    KeySpec{.name = "port", .kind = KeyKind::Integer, .fallback = "80"},
};

constexpr std::array kRdsKeys{
    KeySpec{.name = "endpoint"},
    KeySpec{.name = "region"},
    KeySpec{.name = "access_key"},
    KeySpec{.name = "secret_key", .kind = KeyKind::Secret},
    KeySpec{.name = "profile"},
    KeySpec{.name = "role_arn"},
    KeySpec{.name = "external_id"},
    KeySpec{.name = "clusters", .kind = KeyKind::Texts},
    KeySpec{.name = "port", .kind = KeyKind::Integer, .fallback = "80"},
    KeySpec{.name = "refresh_interval", .kind = KeyKind::Duration, .fallback = "1m"},
    KeySpec{.name = "filters", .kind = KeyKind::NestedList, .nested = kFilterKeys},
    KeySpec{.name = "request_concurrency", .kind = KeyKind::Integer, .fallback = "10"},
};

constexpr std::array kScalewayKeys{
    KeySpec{.name = "project_id", .required = true},
    KeySpec{.name = "api_url", .fallback = "https://api.scaleway.com"},
    KeySpec{.name = "zone", .fallback = "fr-par-1"},
    KeySpec{.name = "access_key", .required = true},
    KeySpec{.name = "secret_key", .kind = KeyKind::Secret},
    KeySpec{.name = "secret_key_file", .kind = KeyKind::File},
    KeySpec{.name = "name_filter"},
    KeySpec{.name = "tags_filter", .kind = KeyKind::Texts},
    KeySpec{.name = "refresh_interval", .kind = KeyKind::Duration, .fallback = "1m"},
    KeySpec{.name = "port", .kind = KeyKind::Integer, .fallback = "80"},
    KeySpec{.name = "role", .kind = KeyKind::Choice, .required = true, .choices = "instance|baremetal"},
};

constexpr std::array kServersetKeys{
    KeySpec{.name = "servers", .kind = KeyKind::Texts, .required = true},
    KeySpec{.name = "paths", .kind = KeyKind::Texts, .required = true},
    KeySpec{.name = "timeout", .kind = KeyKind::Duration, .fallback = "10s"},
};

constexpr std::array kStackitKeys{
    KeySpec{.name = "project"},
    KeySpec{.name = "refresh_interval", .kind = KeyKind::Duration, .fallback = "1m"},
    KeySpec{.name = "port", .kind = KeyKind::Integer, .fallback = "80"},
    KeySpec{.name = "region", .fallback = "eu01"},
    KeySpec{.name = "endpoint"},
    KeySpec{.name = "service_account_key", .kind = KeyKind::Secret},
    KeySpec{.name = "private_key", .kind = KeyKind::Secret},
    KeySpec{.name = "service_account_key_path", .kind = KeyKind::File},
    KeySpec{.name = "private_key_path", .kind = KeyKind::File},
    KeySpec{.name = "credentials_file_path", .kind = KeyKind::File},
};

constexpr std::array kTritonKeys{
    KeySpec{.name = "account", .required = true},
    KeySpec{.name = "role", .kind = KeyKind::Choice, .fallback = "container", .choices = "container|cn"},
    KeySpec{.name = "dns_suffix", .required = true},
    KeySpec{.name = "endpoint", .required = true},
    KeySpec{.name = "groups", .kind = KeyKind::Texts},
    KeySpec{.name = "port", .kind = KeyKind::Integer, .fallback = "9163"},
    KeySpec{.name = "refresh_interval", .kind = KeyKind::Duration, .fallback = "1m"},
    KeySpec{.name = "tls_config", .kind = KeyKind::Tls},
    KeySpec{.name = "version", .kind = KeyKind::Integer, .fallback = "1"},
};

constexpr std::array kUyuniKeys{
    KeySpec{.name = "server", .required = true},
    KeySpec{.name = "username", .required = true},
    KeySpec{.name = "password", .kind = KeyKind::Secret, .required = true},
    KeySpec{.name = "entitlement", .fallback = "monitoring_entitled"},
    KeySpec{.name = "separator", .fallback = ","},
    KeySpec{.name = "refresh_interval", .kind = KeyKind::Duration, .fallback = "1m"},
};

constexpr std::array kVultrKeys{
    KeySpec{.name = "refresh_interval", .kind = KeyKind::Duration, .fallback = "1m"},
    KeySpec{.name = "port", .kind = KeyKind::Integer, .fallback = "80"},
};

constexpr std::array kMechanisms{
    MechanismSpec{.key = "aws_sd_configs", .keys = kAwsKeys},
    MechanismSpec{.key = "azure_sd_configs", .keys = kAzureKeys, .check = check_azure},
    MechanismSpec{.key = "consul_sd_configs", .keys = kConsulKeys, .check = check_consul},
    MechanismSpec{.key = "digitalocean_sd_configs", .keys = kDigitaloceanKeys},
    MechanismSpec{.key = "dns_sd_configs", .keys = kDnsKeys, .has_client = false, .check = check_dns},
    MechanismSpec{.key = "docker_sd_configs", .keys = kDockerKeys},
    MechanismSpec{.key = "dockerswarm_sd_configs", .keys = kDockerswarmKeys},
    MechanismSpec{.key = "ec2_sd_configs", .keys = kEc2Keys},
    MechanismSpec{.key = "ecs_sd_configs", .keys = kEcsKeys},
    MechanismSpec{.key = "elasticache_sd_configs", .keys = kElasticacheKeys},
    MechanismSpec{.key = "eureka_sd_configs", .keys = kEurekaKeys},
    MechanismSpec{.key = "gce_sd_configs", .keys = kGceKeys, .has_client = false},
    MechanismSpec{.key = "hetzner_sd_configs", .keys = kHetznerKeys},
    MechanismSpec{.key = "http_sd_configs", .keys = kHttpKeys},
    MechanismSpec{.key = "ionos_sd_configs", .keys = kIonosKeys},
    MechanismSpec{.key = "kubernetes_sd_configs", .keys = kKubernetesKeys, .check = check_kubernetes},
    MechanismSpec{.key = "kuma_sd_configs", .keys = kKumaKeys},
    MechanismSpec{.key = "lightsail_sd_configs", .keys = kLightsailKeys},
    MechanismSpec{.key = "linode_sd_configs", .keys = kLinodeKeys},
    MechanismSpec{.key = "marathon_sd_configs", .keys = kMarathonKeys, .check = check_marathon},
    MechanismSpec{.key = "msk_sd_configs", .keys = kMskKeys},
    MechanismSpec{.key = "nerve_sd_configs", .keys = kNerveKeys, .has_client = false, .check = check_paths},
    MechanismSpec{.key = "nomad_sd_configs", .keys = kNomadKeys},
    MechanismSpec{.key = "oci_sd_configs", .keys = kOciKeys, .check = check_oci},
    MechanismSpec{.key = "openstack_sd_configs", .keys = kOpenstackKeys, .has_client = false},
    MechanismSpec{.key = "outscale_sd_configs", .keys = kOutscaleKeys, .check = check_secret_key},
    MechanismSpec{.key = "ovhcloud_sd_configs", .keys = kOvhcloudKeys, .has_client = false},
    MechanismSpec{.key = "puppetdb_sd_configs", .keys = kPuppetdbKeys},
    MechanismSpec{.key = "rds_sd_configs", .keys = kRdsKeys},
    MechanismSpec{.key = "scaleway_sd_configs", .keys = kScalewayKeys, .check = check_secret_key},
    MechanismSpec{
        .key = "serverset_sd_configs", .keys = kServersetKeys, .has_client = false, .check = check_paths},
    MechanismSpec{.key = "stackit_sd_configs", .keys = kStackitKeys, .check = check_stackit},
    MechanismSpec{.key = "triton_sd_configs", .keys = kTritonKeys, .has_client = false},
    MechanismSpec{.key = "uyuni_sd_configs", .keys = kUyuniKeys},
    MechanismSpec{.key = "vultr_sd_configs", .keys = kVultrKeys},
};
static_assert(std::ranges::is_sorted(kMechanisms, {}, &MechanismSpec::key));

}  // namespace

std::span<const MechanismSpec> mechanisms() {
  return kMechanisms;
}

}  // namespace sonde::config
