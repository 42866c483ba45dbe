-- Occurrences: `o:SCHEDULE` is a sorted set of the instants that fired, at most 1000; `fired` has the last one of each.
local fired = {}

local function hasFired(schedule, instant)
  if fired[schedule] and fired[schedule][instant] then return true end
  local key = P .. 'o:' .. schedule
  if call('ZSCORE', key, instant) then return true end
  if call('ZCARD', key) < 1000 then return false end
  return tonumber(instant) < tonumber(call('ZRANGE', key, 0, 0)[1])
end

local function fire(schedule, instant)
  fired[schedule] = fired[schedule] or {}
  fired[schedule][instant] = true
end

local function forgetFired() fired = {} end

local function flushFired()
  for schedule, instants in pairs(fired) do
    local key = P .. 'o:' .. schedule
    for instant in pairs(instants) do call('ZADD', key, instant, instant) end
    local extra = call('ZCARD', key) - 1000
    if extra > 0 then call('ZPOPMIN', key, extra) end
    call('HSET', P .. 'fired', schedule, call('ZRANGE', key, -1, -1)[1])
  end
  fired = {}
end

-- It fired up to that instant.
local function fireThrough(schedule, instant)
  local last = call('HGET', P .. 'fired', schedule)
  if not last or tonumber(last) < tonumber(instant) then fire(schedule, instant) end
end
