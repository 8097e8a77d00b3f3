# Varnish (7.1 or newer, with varnish-modules) in front of Galley, which purges it by group:
#
#   PURGE_URLS=varnish-xkey+http://HOST_OF_VARNISH:80
#   CACHE_CONTROL="public, max-age=0, s-maxage=86400"
#   TRUST_PROXY=ADDRESS_OF_VARNISH
vcl 4.1;

probe ready {
    # Not ready, as while its database is away, is sick: then it is not asked.
    .url = "/health/ready";
    .interval = 5s;
    .timeout = 3s;
    .window = 5;
    .threshold = 3;
    .initial = 5;
}

backend galley {
    .host = "127.0.0.1";
    .port = "3000";
    .probe = ready;
}

# Where Galley's processes are: nobody else may purge. A proxy in front of Varnish must be none of these, or pass no PURGE on.
acl purgers {
    "127.0.0.1";
    "::1";
}

include "./galley.vcl";
