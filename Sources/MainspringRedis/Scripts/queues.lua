-- Parts: base jobs
-- Reads the counters.
--
-- Returns: state digit and queue -> jobs (8: parked), by turns; queue and paused (0, 1), by turns; queue and the time of the
-- first job in line, by turns.
local counters, fronts = call('HGETALL', P .. 'n'), {}
for index = 1, #counters, 2 do
  if string.sub(counters[index], 1, 1) == '2' and counters[index + 1] ~= '0' then
    local queue = string.sub(counters[index], 2)
    local member = call('ZRANGE', P .. 'q:' .. queue, 0, 0)[1]
    local value = member and call('GET', P .. 'j:' .. string.sub(member, 1, 13))
    if value then
      fronts[#fronts + 1] = queue
      fronts[#fronts + 1] = parse('', value).at
    end
  end
end
return {counters, call('HGETALL', P .. 'paused'), fronts}
