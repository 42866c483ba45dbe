-- Part of every script: keys, numbers and packed fields.
--
-- KEYS[1] is `{namespace}:`, and all keys begin with it, so that they are in one slot. docs/redis.md lists them.
local P = KEYS[1]
local call = redis.call

-- A field is its length, in two or four bytes, and its bytes.
local L2 = setmetatable({}, {__index = function(known, n)
  local text = struct.pack('<I2', n)
  known[n] = text
  return text
end})
local L4 = setmetatable({}, {__index = function(known, n)
  local text = struct.pack('<I4', n)
  known[n] = text
  return text
end})

-- A whole number as text, however large.
local function text(number) return string.format('%.0f', number) end

-- Runs a command with many arguments, `some` at a time: Lua has a stack of limited depth.
local function many(command, key, list, some)
  for first = 1, #list, some do
    call(command, key, unpack(list, first, math.min(first + some - 1, #list)))
  end
end

-- Tells the other handles: 1 work, 2 ended, 4 control.
local function tell(news, handle) call('PUBLISH', P .. 'news', news .. ' ' .. handle) end
