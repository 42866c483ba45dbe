-- Parts: base jobs keys
-- Reads one job.
--
-- ARGV: id, with history (0, 1).
-- Returns nothing; or the job, its body, its older rows, what it reported so far or ''.
local seq = seqOf(ARGV[1])
local value = seq and call('GET', P .. 'j:' .. seq)
if not value then return {} end
if ARGV[2] == '0' then return {value, call('GET', P .. 'b:' .. seq)} end
return {value, call('GET', P .. 'b:' .. seq), call('LRANGE', P .. 'h:' .. seq, 0, -1), call('GET', P .. 'l:' .. seq) or ''}
