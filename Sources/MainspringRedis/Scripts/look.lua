-- Parts: base jobs
-- Reads one job.
--
-- ARGV: id; 0 nothing more, 1 the attempts without what they wrote, 2 all, as far as it is no more than 64 MB.
-- Returns nothing; or the job, its body, its older rows, what it reported so far or ''.
local BYTES = 64 * 1024 * 1024
local seq, mode = call('HGET', P .. 'ids', ARGV[1]), ARGV[2]
local value = seq and call('GET', P .. 'j:' .. seq)
if not value then return {} end
local body = call('GET', P .. 'b:' .. seq)
if mode == '0' then return {value, body} end
local key, rows, bytes = P .. 'h:' .. seq, {}, 0
-- The newest first: the oldest are left out when it is too much.
for index = call('LLEN', key) - 1, 0, -1 do
  local row = call('LINDEX', key, index)
  if mode == '1' then
    local _, _, _, _, _, _, final = struct.unpack('<I4c0I4c0I4c0I4c0I4c0I4c0', row)
    row = string.sub(row, 1, final - 1)
  end
  bytes = bytes + #row
  if bytes > BYTES then break end
  table.insert(rows, 1, row)
end
return {value, body, rows, mode == '2' and call('GET', P .. 'l:' .. seq) or ''}
