-- Part of `exchange`: ends attempts.
--
-- ARGV from `from` on: `total` settlements, each the fields: SEQ, token, id, queue, state, available at, priority, uses an
-- attempt (0, 1), is a snooze (0, 1), started at, finished at; and, long: error, result, row of the history.
local SETTLEMENT = '<' .. string.rep('I2c0', 11) .. string.rep('I4c0', 3)
-- Attempts are mostly few.
local NEXT = {['0'] = '1', ['1'] = '2', ['2'] = '3'}

-- Any job. Returns the state that was written; '-' when the token no longer holds.
local function settleAny(one, token, id, queue, state, at, prio, uses, isSnooze, begun, ended, err, result, row)
  local job = get(one)
  if not job or job.state ~= '3' or job.token ~= token or job.id ~= id or job.queue ~= queue then return '-' end
  if state < '5' and job.cancel ~= '' then state = '6' end
  begin(job)
  job.state = state
  if uses == '1' then job.attempt = text(job.attempt + 1) end
  if isSnooze == '1' then job.snoozes = text(job.snoozes + 1) end
  job.prio = prio
  job.started = begun
  job.finished = state >= '5' and ended or ''
  if state < '5' then job.at = at end
  job.result = result
  if err ~= '' then job.err = err end
  job.token = ''
  job.owner = ''
  if job.marks ~= '' then
    gone[#gone + 1] = P .. 'l:' .. one
    job.marks = ''
  end
  append(job, row)
  finish(job, tonumber(ended))
  return state
end

-- Most jobs have no key, no schedule, no older history, no request to cancel, and reported nothing: those are written without
-- a table each, which takes half the time.
local function settle(from, total)
  local answers, seqs, values, removes, adds = {}, {}, {}, {}, {}
  for index = 1, total do seqs[index] = struct.unpack('<I2c0', ARGV[from + index - 1]) end
  local found, names = read('j', seqs)
  for index = 1, total do
    local seq, token, id, queue, state, at, prio, uses, isSnooze, begun, ended, err, result, row =
      struct.unpack(SETTLEMENT, ARGV[from + index - 1])
    local value = found[index]
    if not value then
      answers[index] = '-'
    elseif jobs[seq] ~= nil then
      answers[index] = settleAny(seq, token, id, queue, state, at, prio, uses, isSnooze, begun, ended, err, result, row)
    else
      local was, started, owner, held, life, uniq, hasId, hasQueue, kind, limits, deadline, schedule, parked, cancel,
        marks, oldPrio, oldAt, attempt, snoozes, finished, oldErr, oldResult, last = struct.unpack(FORM, value)
      if was ~= '3' or held ~= token or id ~= hasId or queue ~= hasQueue then
        answers[index] = '-'
      elseif uniq ~= '' or schedule ~= '' or cancel ~= '' or marks ~= '' or last ~= '' or state < '5' then
        load(seq, value)
        answers[index] =
          settleAny(seq, token, id, queue, state, at, prio, uses, isSnooze, begun, ended, err, result, row)
      else
        if uses == '1' then attempt = NEXT[attempt] or text(attempt + 1) end
        if err == '' then err = oldErr end
        values[#values + 1] = names[index]
        values[#values + 1] = L2[1] .. state .. L2[#begun] .. begun .. L2[0] .. L2[0] .. L2[#life] .. life .. L2[0]
          .. L2[#id] .. id .. L2[#queue] .. queue .. L2[#kind] .. kind .. L2[#limits] .. limits
          .. L2[#deadline] .. deadline .. L2[0] .. L2[0] .. L2[0] .. L2[0] .. L2[1] .. prio .. L2[#oldAt] .. oldAt
          .. L2[#attempt] .. attempt .. L2[#snoozes] .. snoozes .. L2[#ended] .. ended .. L4[#err] .. err
          .. L4[#result] .. result .. L4[#row] .. row
        put(removes, 'own:' .. owner, seq)
        put(adds, 'done:' .. state, ended, seq)
        count('3' .. queue, -1)
        count(state .. queue, 1)
        -- Should the same token come again.
        jobs[seq] = false
        answers[index] = state
      end
    end
  end
  write(values)
  for key, list in pairs(removes) do many('ZREM', P .. key, list, 1000) end
  for key, list in pairs(adds) do many('ZADD', P .. key, list, 1000) end
  flush()
  return table.concat(answers)
end
