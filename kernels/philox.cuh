// Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"), as lobule.device.Philox.
#pragma once
#include "cuda.cuh"

struct Words {
    unsigned word[4];
};

// The four words of a counter, words c.word[0] the lowest, under a 64-bit key.
DEVICE Words philox(Words c, unsigned long long key) {
    unsigned k0 = (unsigned) key;
    unsigned k1 = (unsigned) (key >> 32);
    // Not unrolled whole: in a caller's loop the keys of all ten rounds would be kept in registers.
#pragma unroll 5
    for (int round = 0; round < 10; round++) {
        unsigned long long product0 = 0xD2511F53ull * c.word[0];
        unsigned long long product1 = 0xCD9E8D57ull * c.word[2];
        c = {{(unsigned) (product1 >> 32) ^ c.word[1] ^ k0, (unsigned) product1,
              (unsigned) (product0 >> 32) ^ c.word[3] ^ k1, (unsigned) product0}};
        k0 += 0x9E3779B9;
        k1 += 0xBB67AE85;
    }
    return c;
}
