-- Parts: base jobs keys
-- Writes what running attempts tell of themselves.
--
-- ARGV: now; for each report: SEQ, token, id, progress or '', '1' and the output or '0'.
-- Returns one character for each: r recorded, c recorded and was asked to cancel, s stale.
local seqs, answers, values = {}, {}, {}
for index = 2, #ARGV, 5 do seqs[#seqs + 1] = ARGV[index] end
fetch(seqs)
for index, seq in ipairs(seqs) do
  local from = index * 5 - 3
  local job = jobs[seq]
  if job and job.state == '3' and job.token == ARGV[from + 1] and job.id == ARGV[from + 2] then
    touch(job)
    local progress = ARGV[from + 3]
    if progress == '' then progress = string.match(job.life, '^%S* (.*)$') or '' end
    job.life = ARGV[1] .. ' ' .. progress
    if string.sub(ARGV[from + 4], 1, 1) == '1' then
      job.marks = 'l'
      values[#values + 1] = P .. 'l:' .. seq
      values[#values + 1] = string.sub(ARGV[from + 4], 2)
    end
    answers[index] = job.cancel ~= '' and 'c' or 'r'
  else
    answers[index] = 's'
  end
end
write(values)
flush()
return table.concat(answers)
