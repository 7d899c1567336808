-- SPDX-License-Identifier: Apache-2.0
--
-- wrk sends the file $REQUEST and compares every response with the file $RESPONSE. It ends with one
-- line of JSON.

local function text(name)
    local file = assert(io.open(assert(os.getenv(name), name), "rb"))
    local content = file:read("*a")
    file:close()
    return content
end

wrk.method = "POST"
wrk.body = text("REQUEST")
wrk.headers["Content-Type"] = "application/json"

-- Each thread of wrk has globals of its own; `setup` collects the threads, `done` reads their counts.
local correct_response = text("RESPONSE")
right, wrong, example = 0, 0, ""

function response(status, _, body)
    if status == 200 and body == correct_response then
        right = right + 1
    else
        wrong = wrong + 1
        example = status .. " " .. body
    end
end

local threads = {}

function setup(thread)
    table.insert(threads, thread)
end

function done(summary, latency)
    local counts = { right = 0, wrong = 0, example = "" }
    for _, thread in ipairs(threads) do
        counts.right = counts.right + thread:get("right")
        counts.wrong = counts.wrong + thread:get("wrong")
        counts.example = counts.example .. thread:get("example")
    end
    local errors = summary.errors
    io.write(string.format(
        '{"right":%d,"wrong":%d,"example":"%s","lost":%d,"microseconds":%d,"p50":%.1f,"p99":%.1f}\n',
        counts.right, counts.wrong, counts.example:sub(1, 100):gsub("[^%w %.,:{}%[%]-]", "."),
        errors.connect + errors.read + errors.write + errors.timeout,
        summary.duration, latency:percentile(50), latency:percentile(99)
    ))
end
