-- One load for wrk. usage: wrk -s load.lua URL -- LOAD FOLDER SEED
-- FOLDER holds what bench/lib/samples.mjs wrote: tokens.txt (one a line) and
-- LOAD.txt with lines "TOKEN_NUMBER TAB PATH" for reads, "TOKEN_NUMBER TAB ID"
-- for orders. SEED keeps what several runs create apart.
-- Requests are put together by concatenation, so that wrk costs little.
local threads = 0
function setup(thread)
    thread:set("number", threads)
    threads = threads + 1
end

local function lines(name)
    local out = {}
    for line in io.lines(name) do out[#out + 1] = line end
    return out
end

local tokens, rows, load, serial, made = {}, {}, "", 0, 0

function init(args)
    load = args[1]
    tokens = lines(args[2] .. "/tokens.txt")
    rows = lines(args[2] .. "/" .. load .. ".txt")
    serial = tonumber(args[3]) * 2000000 + number * 1000000
    math.randomseed(tonumber(args[3]) * 7919 + number)
end

local function headers(token)
    return " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " .. tokens[token] .. "\r\n"
end

local function post(path, token, more, body)
    return "POST " .. path .. headers(token) .. more ..
        "Content-Type: application/json\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
end

-- A name like those that the shop has already: made of two people's.
local function create_customer(token, name)
    made = made + 1
    local n = serial + made
    return post("/api/customers", token, "", string.format(
        '{"name":"%s","phone":"+91%d","email":"bench%d@example.com","address":"12 Long Street"}',
        name, 7000000000 + n, n))
end

local function create_order(token, customer)
    made = made + 1
    local price = math.random(100, 9999)
    local total = (2 * price + 1250 + 300) / 100
    return post("/api/orders", token, "Idempotency-Key: bench-" .. serial + made .. "\r\n", string.format(
        '{"customerId":"%s","source":"POS","lines":[' ..
        '{"sku":"A-1","name":"Tea 500 g","quantity":"2","unitPrice":"%.2f"},' ..
        '{"sku":"B-2","name":"Rice 1 kg","quantity":"1","unitPrice":"12.50"},' ..
        '{"sku":"C-3","name":"Soap","quantity":"1","unitPrice":"3.00"}],' ..
        '"payments":[{"method":"CASH","amount":"%.2f"}]}', customer, price / 100, total))
end

function request()
    local token, rest = string.match(rows[math.random(#rows)], "^(%d+)\t(.*)$")
    token = tonumber(token)
    if load == "create_customer" then return create_customer(token, rest) end
    if load == "create_order" then return create_order(token, rest) end
    return "GET " .. rest .. headers(token) .. "\r\n"
end

function done(summary, latency)
    local e = summary.errors
    io.write(string.format('RESULT {"requests":%d,"seconds":%.6f,"p50":%.3f,"p90":%.3f,"p99":%.3f,"max":%.3f,' ..
        '"refused":%d,"broken":%d}\n', summary.requests, summary.duration / 1e6,
        latency:percentile(50) / 1000, latency:percentile(90) / 1000, latency:percentile(99) / 1000,
        latency.max / 1000, e.status, e.connect + e.read + e.write + e.timeout))
end
