-- Makes a class that cannot be described and is in use already (bind/host/test/undescribed.c): it stays, with nothing of Lua's in it, and Lua goes on.
local dsom = require "dsom"
local caller = require "caller"
local Dog = dsom.load "Zoo::Dog"

local function collect()
  for _ = 1, 6 do collectgarbage() end
  dsom.catch_up()
end

local good, e = pcall(Dog.extend, Dog, "Undescribed")
assert(not good and e.code == "busy" and e.name == "BAD_INV_ORDER" and tostring(e):find "it stays", tostring(e))
collect()
for _ = 1, 3 do -- another language goes on with it
  local n, id = caller.made("Undescribed", 3)
  assert(n == 7 and not id, id)
  collect()
end
local Again = Dog:extend "Undescribed"
function Again:speak(n) return Again.super.speak(self, n) + 1 end
assert(Again.som_name == "Undescribed_2" and caller.made("Undescribed_2", 3) == 8 and Again():som_dispatch("speak", 3) == 8)
local Undescribed = dsom.load "Undescribed"
local o = Undescribed()
assert(o:speak(3) == 7 and o:som_dispatch("speak", 3) == 7 and dsom.is(o, Dog))
o = nil
collect()
assert(Undescribed.som_instances == 1)
print "stays"
