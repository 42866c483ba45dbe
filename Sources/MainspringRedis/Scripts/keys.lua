-- Unique keys: `u` is a hash of key -> SEQ of the job that holds it in its present state.
local holds = {}

-- What a job's field `uniq` says: {mask, rule, till, key}; nil when it has no key.
local function hold(uniq)
  if uniq == '' then return nil end
  local found = holds[uniq]
  if not found then
    local mask, rule, till, key = string.match(uniq, '^(...)(.)(%-?%d*):(.*)$')
    found = {mask = tonumber(mask), rule = rule, till = till, key = key}
    holds[uniq] = found
  end
  return found
end

local function uniqOf(mask, rule, till, key) return string.format('%03d', mask) .. rule .. till .. ':' .. key end

-- What the newest job holds that waits for the end of a running holder.
local function following(uniq)
  local own = hold(uniq)
  return own and uniqOf(bit.bor(own.mask, 1), own.rule, '', own.key .. '+next') or ''
end

-- What that job holds once the other has ended.
local function released(uniq)
  local own = hold(uniq)
  if not own or string.sub(own.key, -5) ~= '+next' then return uniq end
  return uniqOf(own.mask, own.rule, '', string.sub(own.key, 1, -6))
end

-- Its key, while it holds that against others in its state.
local function held(job)
  local own = hold(job.uniq)
  if own and bit.band(own.mask, BIT[job.state]) ~= 0 then return own end
end

local function keyHolder(key)
  local seq = keys[key]
  if seq == nil then
    seq = call('HGET', P .. 'u', key)
    keys[key] = seq
  end
  return seq and get(seq) or nil
end

local function setKey(key, seq)
  keys[key] = seq
  dirtyKeys[key] = true
end

-- Around every change of a job: `begin` takes it out of the indexes, `finish` puts it back. When its key is held by another
-- in its new state, it gives the key up. When it ends, or lets go of a key, the job that waits for that waits no longer.
local function begin(job)
  touch(job)
  local own = job.uniq ~= '' and held(job)
  if own then setKey(own.key, false) end
  job.before = job.state
  job.lost = own
end

local finish

-- Whatever the holder's own rule: another may have replaced it since.
local function release(own, now)
  local follower = keyHolder(own.key .. '+next')
  if not follower then return end
  begin(follower)
  follower.state = tonumber(follower.at) > now and '1' or '2'
  finish(follower, now)
end

finish = function(job, now)
  if job.state ~= '2' then job.parked = '' end
  if job.uniq == '' and not job.lost then return end
  if job.before == '0' and job.state ~= '0' then job.uniq = released(job.uniq) end
  local own = held(job)
  if own then
    if keyHolder(own.key) then
      job.uniq = ''
      own = nil
    else
      setKey(own.key, job.seq)
    end
  end
  local lost = job.lost
  if lost and job.before < '5' and (not own or own.key ~= lost.key or job.state >= '5') then release(lost, now) end
end

-- Who holds a key against others; one whose time is over lets it go.
local function holder(key, now)
  local job = keyHolder(key)
  if not job then return nil end
  local own = hold(job.uniq)
  if not own or own.till == '' or tonumber(own.till) > now then return job end
  begin(job)
  job.uniq = ''
  finish(job, now)
  -- The job that waited for it may hold it now.
  return keyHolder(key)
end
