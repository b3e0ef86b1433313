/* Guests at the checkout of a web shop: an order by somebody who is not signed
 * in and says only a phone number. It goes to whoever has the number, or to a
 * record made for it; nothing of an existing record is changed or shown, and
 * the person's logins do not see the order until a code proves the number.
 *
 * Whether the shop knows the number must not show: the answer has only what was
 * typed, ids are drawn in the same order, and the same steps are taken. */
#include "base/money.h"
#include "base/phone.h"
#include "codes/codes.h"
#include "exec/exec.h"
#include "identity/identity.h"
#include "orders/orders.h"
#include "slice.h"

struct checkout_in {
    struct given given;
    struct str company, name, phone, email, address, notes, code;
    struct list lines; /* struct order_line_in */
    int64_t payment_method;
};

#define IN(member) .offset = offsetof(struct checkout_in, member)
FIELDS(checkout_in, "Checkout", struct checkout_in,
       {.name = "company",
        .type = F_TEXT,
        IN(company),
        .max = 63,
        .help = "slug of the company, where neither the host name tells it nor is it the only one"},
       {.name = "name",
        .type = F_TEXT,
        IN(name),
        .min = 1,
        .max = 200,
        .help = "of the buyer; the number stands for a missing one"},
       {.name = "phone",
        .type = F_PHONE,
        .flags = FIELD_REQUIRED,
        IN(phone),
        .help = "of the buyer, in any spelling"},
       {.name = "email",
        .type = F_EMAIL,
        IN(email),
        .max = 254,
        .help = "kept when the number is new"},
       {.name = "address",
        .type = F_TEXT,
        IN(address),
        .min = 1,
        .max = 500,
        .help = "where it goes; kept with the order, and when the number is new"},
       {.name = "lines",
        .type = F_LIST,
        .flags = FIELD_REQUIRED,
        IN(lines),
        .min = 1,
        .max = ORDER_BUYER_LINES_MAX,
        .sub = &order_buyer_line,
        .alias = "items",
        .help = "what is ordered; the shop confirms the prices"},
       {.name = "notes",
        .type = F_TEXT,
        IN(notes),
        .min = 1,
        .max = 2000,
        .help = "a word to the shop"},
       {.name = "paymentMethod",
        .type = F_ENUM,
        IN(payment_method),
        .names = order_method_names,
        .help = "how the buyer means to pay; nothing is paid here"},
       {.name = "code",
        .type = F_TEXT,
        .flags = FIELD_SECRET,
        IN(code),
        .min = 1,
        .max = 20,
        .help = "one-time code sent to the phone: proves the number, which COD may need"});

struct next_step {
    struct str action, request, verify, read;
};
struct checkout_answer {
    struct order_view v;
    struct str email, hint;
    struct next_step next;
};

#define NEXT(name_, member_, help_)                                                                \
    {                                                                                              \
        .name = name_, .type = F_TEXT, .offset = offsetof(struct next_step, member_),              \
        .help = help_                                                                              \
    }
FIELDS(next_out, "CheckoutNext", struct next_step, NEXT("action", action, "what there is to do"),
       NEXT("request", request, "sends a code to the phone"),
       NEXT("verify", verify, "takes the code, and signs in"),
       NEXT("read", read, "shows the person's orders from then on"));

#define OUT(name_, type_, member_, ...)                                                            \
    {                                                                                              \
        .name = name_, .type = type_, .offset = offsetof(struct checkout_answer, member_),         \
        __VA_ARGS__                                                                                \
    }
FIELDS(checkout_out, "CheckoutOrder", struct checkout_answer,
       OUT("id", F_UUID, v.o.id, .help = "the order"),
       OUT("orderNumber", F_TEXT, v.o.order_number, .help = "ORD-YYYYMMDD-NNN"),
       OUT("status", F_TEXT_ENUM, v.o.status, .names = order_status_names,
           .help = "OPEN: the shop confirms price and payment"),
       OUT("totalAmount", F_MONEY, v.o.total_amount, .help = "what the lines add up to"),
       OUT("currency", F_TEXT, v.o.currency, .help = "ISO 4217"),
       OUT("paymentMethod", F_TEXT_ENUM, v.o.payment_method, .names = order_method_names,
           .flags = FIELD_NULLABLE, .help = "how the buyer means to pay"),
       OUT("customerName", F_TEXT, v.o.customer_name, .help = "as typed, or the number"),
       OUT("customerPhone", F_TEXT, v.o.customer_phone, .help = "E.164"),
       OUT("customerEmail", F_TEXT, email, .flags = FIELD_NULLABLE, .help = "as typed"),
       OUT("customerAddress", F_TEXT, v.o.customer_address, .flags = FIELD_NULLABLE,
           .help = "as typed"),
       OUT("notes", F_TEXT, v.o.notes, .flags = FIELD_NULLABLE, .help = "as typed"),
       OUT("lines", F_LIST, v.lines, .sub = &order_line_out, .help = "what was ordered"),
       OUT("createdAt", F_TIME, v.o.created_at, .help = "when"),
       OUT("hint", F_TEXT, hint, .help = "how to see the order later, for people"),
       OUT("next", F_OBJECT, next, .sub = &next_out, .help = "the same for machines"));

static int answer(struct req *r, const struct checkout_in *in, const struct order_view *v)
{
    struct checkout_answer a = {
        .v = *v,
        .email = in->email,
        .hint = STR("To see this order later, sign in with a code sent to this phone."),
        .next = {.action = STR("verify_phone"),
                 .request = STR("POST /api/auth/otp/request"),
                 .verify = STR("POST /api/auth/otp/verify"),
                 .read = STR("GET /api/orders")},
    };
    return req_answer(r, 201, &checkout_out, &a);
}

/* Whose the number is, made when it is nobody's. */
static int find_person(struct req *r, struct tx *tx, const struct checkout_in *in, struct uuid id,
                       struct customer_row *out)
{
    struct customer_new n = {
        .id = id,
        .name = in->name,
        .phone = in->phone,
        .email = in->email,
        .address = in->address,
        .birthday = I64_NULL,
        .anniversary = I64_NULL,
        .created_at = r->now,
        .phone_evidence = STR("guest"),
    };
    int made = customers_of_guest(tx, r->company, r->arena, &n, out);
    if (made > 0)
        return outbox_add(r, tx, "customer.created", out->id);
    return made;
}

/* A right code makes the number certain. That of a person for whom this may be
 * a recycled number stays theirs: *proved says whether it was theirs to see. */
static int prove(struct req *r, struct tx *tx, const struct checkout_in *in, bool *proved)
{
    struct code_to to = {CODE_SIGN_IN, in->phone, STR_NULL};
    struct uuid customer;
    int rc = identity_guest_proved(r, tx, in->phone, in->name, &customer);
    if (rc < 0)
        return rc;
    *proved = !uuid_is_nil(customer);
    return codes_use(r, tx, &to);
}

/* A shop that is closed has no checkout; and a session that has ended, or is
 * of another shop, is told so rather than taken for nobody's. */
static int check_caller(struct req *r)
{
    if (!r->company->is_active)
        return req_fail(r, ERR_COMPANY_NOT_FOUND);
    if (!str_is_null(r->authorization) && r->who.kind == WHO_NOBODY)
        return req_fail(r, ERR_TOKEN_INVALID);
    if (r->who.kind != WHO_NOBODY && !uuid_eq(r->who.company, r->company->id))
        return req_fail_field(r, ERR_FORBIDDEN, "company", NULL,
                              "is not the one that you are signed in at");
    return 0;
}

static int checkout_order(struct req *r, struct tx *tx)
{
    const struct checkout_in *in = r->in;
    struct code_to to = {CODE_SIGN_IN, in->phone, STR_NULL};
    struct order_web w = {
        .name = str_is_null(in->name) ? phone_national(r->arena, in->phone, r->company->country)
                                      : in->name,
        .phone = in->phone,
        .address = in->address,
        .notes = in->notes,
        .payment_method = in->payment_method,
        .lines = in->lines,
    };
    struct order_view v = {0};
    struct customer_row person;
    bool has_code = !str_is_null(in->code), proved = false;
    int rc = check_caller(r);
    if (rc == 0)
        rc = orders_web_draft(r, &w, &v);
    if (rc == 0)
        rc = orders_check_cod(r, &v.o, has_code);
    if (rc == 0 && has_code) /* a wrong one is counted, so nothing is written before */
        rc = codes_check(r, tx, &to, in->code);
    if (rc == 0)
        rc = find_person(r, tx, in, req_new_id(r), &person);
    if (rc == 0 && has_code)
        rc = prove(r, tx, in, &proved);
    if (rc == 0)
        rc = orders_web_place(r, tx, &v, person.id, !proved);
    return rc < 0 ? rc : answer(r, in, &v);
}

static const struct route routes[] = {
    ROUTE(
        "POST", "/api/checkout", PERM_PUBLIC, COMPANY_HOST, RUN_WRITE, &checkout_in, &checkout_out,
        checkout_order,
        "Order as a guest, by phone. The order is open and unpaid until the shop confirms it, and "
        "nobody's login sees it until a code proves the number. Who is signed in orders at "
        "/api/orders instead.",
        .limit = LIMIT_AUTH, .status = 201, .action = "checkout.order", .tag = "orders",
        .errors = "phone_invalid, phone_not_verified, bad_code, token_invalid, company_not_found"),
};

const struct slice checkout_slice = {
    .name = "checkout",
    .routes = {"checkout", routes, sizeof routes / sizeof *routes},
};
