/**
 * A certificate for localhost that nobody trusts, valid for a hundred years.
 * Its key is public on purpose: it protects nothing.
 *
 * @module
 */

/** The certificate and its key, as `Deno.serve` takes them. */
export const SELF_SIGNED = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBmjCCAUGgAwIBAgIULNotUDAkXqUWMQNuNXnxKiOIHO4wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTA0MTMyNloYDzIxMjYxMDI4
MDQxMzI2WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQs6ij8IPs0MEv2DLjTSkK9ccVhSUF7vkVQKiUC6/zwLSScOzu3qYCv
pEPfx2hCUTw/LjpGXdslpll1jg2vWiQ7o28wbTAdBgNVHQ4EFgQUzRGp1TScSRYk
fWFgPzySUa3uW0owHwYDVR0jBBgwFoAUzRGp1TScSRYkfWFgPzySUa3uW0owDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDRwAwRAIgMF8jqM/iUbtIskB7QIESNc+E494h58jb97ujAk7jU+QCIAEQ
Rs/nX/mYCAgN5rQ+hL6pPfuJLIgE1f5sWFKb4Okf
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgokb6xmbjdv43xZFO
hP7TK39R0SFExlwMgjAFUujIkZ6hRANCAAQs6ij8IPs0MEv2DLjTSkK9ccVhSUF7
vkVQKiUC6/zwLSScOzu3qYCvpEPfx2hCUTw/LjpGXdslpll1jg2vWiQ7
-----END PRIVATE KEY-----
`,
};
