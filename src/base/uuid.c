/* UUID version 7 (RFC 9562, 5.7): 48 bits of milliseconds, version, 12 random
 * bits, variant, 62 random bits. */
#include "base/uuid.h"
#include "base/random.h"

struct uuid uuid_v7(int64_t at_us, const uint8_t random[10])
{
    struct uuid id;
    uint64_t ms = at_us > 0 ? (uint64_t)at_us / 1000 : 0;
    for (int i = 0; i < 6; i++)
        id.b[i] = (uint8_t)(ms >> (40 - 8 * i));
    memcpy(id.b + 6, random, 10);
    id.b[6] = (uint8_t)((id.b[6] & 0x0f) | 0x70);
    id.b[8] = (uint8_t)((id.b[8] & 0x3f) | 0x80);
    return id;
}

struct uuid uuid_new(int64_t at_us)
{
    uint8_t random[10];
    random_bytes(random, sizeof random);
    return uuid_v7(at_us, random);
}

int64_t uuid_time_us(struct uuid id)
{
    uint64_t ms = 0;
    for (int i = 0; i < 6; i++)
        ms = ms << 8 | id.b[i];
    return (int64_t)ms * 1000;
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Where byte i stands in the text. */
static const uint8_t places[16] = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};

bool uuid_parse(struct str s, struct uuid *out)
{
    if (s.n != UUID_TEXT || s.p[8] != '-' || s.p[13] != '-' || s.p[18] != '-' || s.p[23] != '-')
        return false;
    struct uuid id;
    for (int i = 0; i < 16; i++) {
        int high = digit(s.p[places[i]]), low = digit(s.p[places[i] + 1]);
        if (high < 0 || low < 0)
            return false;
        id.b[i] = (uint8_t)(high << 4 | low);
    }
    *out = id;
    return true;
}

#define ROW(h)                                                                                     \
    h "0" h "1" h "2" h "3" h "4" h "5" h "6" h "7" h "8" h "9" h "a" h "b" h "c" h "d" h "e" h "f"
static const char hex[] = ROW("0") ROW("1") ROW("2") ROW("3") ROW("4") ROW("5") ROW("6") ROW("7")
    ROW("8") ROW("9") ROW("a") ROW("b") ROW("c") ROW("d") ROW("e") ROW("f");

void uuid_format(struct uuid id, char out[UUID_TEXT])
{
    for (int i = 0; i < 16; i++)
        memcpy(out + places[i], hex + 2 * id.b[i], 2);
    out[8] = out[13] = out[18] = out[23] = '-';
}
