# How answers of Galley are kept and purged, wherever it is: for a file that names its backends and `purgers`, as default.vcl does.
#
# What is not said here is as in Varnish's own VCL, which follows each of these: requests with Authorization are passed,
# and so is all but GET and HEAD; answers that are private or no-store are not kept; Vary is heeded.
vcl 4.1;

import std;
import xkey;

sub vcl_recv {
    if (req.method == "PURGE") {
        if (client.ip !~ purgers) {
            return (synth(403, "Not allowed"));
        }
        if (req.http.xkey-purge-all) {
            ban("obj.status != 0");
            return (synth(200, "Purged everything"));
        }
        if (!req.http.xkey-purge) {
            return (synth(400, "xkey-purge or xkey-purge-all is missing"));
        }
        return (synth(200, "Purged " + xkey.purge(req.http.xkey-purge)));
    }
    # Galley knows no cookies; those of other pages of the host would only keep answers from being shared.
    unset req.http.Cookie;
    # What has run out may be untrue, as an article whose time has come: it is served where Galley cannot answer, and only there.
    if (req.restarts == 0 && std.healthy(req.backend_hint)) {
        set req.grace = 0s;
    } else {
        set req.grace = 24h;
    }
}

sub vcl_backend_response {
    # The groups of an answer, by which xkey finds it.
    if (beresp.http.Surrogate-Key) {
        set beresp.http.xkey = beresp.http.Surrogate-Key;
        unset beresp.http.Surrogate-Key;
    }
    # That Galley cannot answer now takes the place of no answer (see vcl_synth).
    if (beresp.status >= 500 && !bereq.uncacheable) {
        return (abandon);
    }
    set beresp.grace = 24h;
    # Galley leaves uncompressed what it does not keep itself.
    if (!beresp.http.Content-Encoding && beresp.http.Content-Type ~ "json|xml|text|javascript") {
        set beresp.do_gzip = true;
    }
}

sub vcl_backend_error {
    return (abandon);
}

# Where there is no new answer, one that has run out is looked for.
sub vcl_synth {
    if (resp.status == 503) {
        if (req.restarts == 0 && (req.method == "GET" || req.method == "HEAD")) {
            return (restart);
        }
        set resp.http.Retry-After = "5";
    }
}

sub vcl_deliver {
    unset resp.http.xkey;
    # How long it is kept here is nobody else's matter: a cache behind this one is not purged.
    set resp.http.Cache-Control = regsub(resp.http.Cache-Control, ", *s-maxage=[0-9]+", "");
}
