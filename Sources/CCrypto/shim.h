// What is used of OpenSSL's libcrypto, from 1.1.1 on: SHA-256, which there takes the CPU's own instructions.
//
// Its plain functions, though OpenSSL 3 prefers others: those keep state that the library frees as the
// process ends, while a thread may still be hashing.
#ifndef R2P1D_CCRYPTO_SHIM_H
#define R2P1D_CCRYPTO_SHIM_H

#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#endif
