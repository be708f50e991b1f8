// libcurl's C interface as Swift imports it, from 7.64 on.
//
// Swift does not call functions of variable arguments, which `curl_easy_setopt` and `curl_easy_getinfo` are:
// here is one function for each kind of value. What differs between versions:
//   - protocols are named by text since 7.85, by bits before.
#ifndef R2P1D_CCURL_SHIM_H
#define R2P1D_CCURL_SHIM_H

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

typedef size_t (*ccurl_receiver)(char *bytes, size_t one, size_t count, void *context);

static inline CURLcode ccurl_set_number(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_set_text(CURL *handle, CURLoption option, const char *value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_set_error_buffer(CURL *handle, char *buffer) {
  return curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, buffer);
}

/// Asks for what follows the first `offset` bytes.
static inline CURLcode ccurl_set_offset(CURL *handle, curl_off_t offset) {
  return curl_easy_setopt(handle, CURLOPT_RESUME_FROM_LARGE, offset);
}

static inline void ccurl_set_receiver(CURL *handle, ccurl_receiver receiver, void *context) {
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, receiver);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, context);
}

/// Nothing but HTTP and HTTPS; and from HTTPS nobody is led away to HTTP.
static inline void ccurl_set_protocols(CURL *handle, int startsSecure) {
#if LIBCURL_VERSION_NUM >= 0x075500
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, startsSecure ? "https" : "http,https");
#else
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
  curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS,
                   (long)(startsSecure ? CURLPROTO_HTTPS : CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
}

/// The last answer's HTTP status, 0 where there was none.
static inline long ccurl_status(CURL *handle) {
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

/// The bytes that the answer announces, -1 where it does not.
static inline curl_off_t ccurl_length(CURL *handle) {
  curl_off_t length = -1;
  curl_easy_getinfo(handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  return length;
}

#endif
