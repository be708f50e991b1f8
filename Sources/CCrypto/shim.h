// What is used of OpenSSL's libcrypto, from 1.1.1 on: message digests, which there take the CPU's own
// instructions.
#ifndef R2P1D_CCRYPTO_SHIM_H
#define R2P1D_CCRYPTO_SHIM_H

#include <openssl/evp.h>

#endif
