# Varnish in front of the two Galleys of compose.postgres.yaml; see default.vcl. Names are looked up once, when this is
# loaded: the services have addresses that stay.
vcl 4.1;

import directors;

probe ready {
    # Not ready, as while its database is away, is sick: then it is not asked.
    .url = "/health/ready";
    .interval = 5s;
    .timeout = 3s;
    .window = 5;
    .threshold = 3;
    .initial = 5;
}

backend one {
    .host = "galley-1";
    .port = "3000";
    .probe = ready;
}

backend other {
    .host = "galley-2";
    .port = "3000";
    .probe = ready;
}

sub vcl_init {
    new both = directors.round_robin();
    both.add_backend(one);
    both.add_backend(other);
}

sub vcl_recv {
    set req.backend_hint = both.backend();
}

# Nobody else may purge: what comes from outside comes from the network's gateway.
acl purgers {
    "galley-1";
    "galley-2";
}

# After the choice above, as what stands here asks whether that one is healthy.
include "./galley.vcl";
