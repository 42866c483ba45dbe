-- The term: a hash of the last number that was issued, and of the node that holds it, when one does.
local function holdsTerm(number)
  local stored = call('HMGET', P .. 'term', 'number', 'leader')
  return stored[1] == number and stored[2] and true or false
end

-- An error that the caller knows; nothing was written by then.
local function overTerm() return redis.error_reply('STALETERM the term is over') end
