-- Parts: base jobs clock
-- Moves the end of leases that still hold.
--
-- ARGV: lease in microseconds; SEQ and token of each, by turns.
-- Returns one character for each: h holds, c holds and was asked to cancel, l lost.
local score = text(steadyTime() + tonumber(ARGV[1]))
local seqs, answers, moves = {}, {}, {}
for index = 2, #ARGV, 2 do seqs[#seqs + 1] = ARGV[index] end
local values = read('j', seqs)
for index, value in ipairs(values) do
  local job = value and parse(seqs[index], value)
  if job and job.state == '3' and job.token == ARGV[index * 2 + 1] then
    put(moves, 'own:' .. job.owner, score, job.seq)
    answers[index] = job.cancel ~= '' and 'c' or 'h'
  else
    answers[index] = 'l'
  end
end
for key, list in pairs(moves) do many('ZADD', P .. key, list, 1000) end
return table.concat(answers)
