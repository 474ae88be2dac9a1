-- Ends with objects alive on all sides, and what calls them when Lua is no more. ends.lua HOW
local dsom = require "dsom"
local caller = require "caller"
local Dog, Echo = dsom.load "Zoo::Dog", dsom.load "Zoo::Echo"

local Own = Dog:extend "Own"
function Own:speak(n) return Own.super.speak(self, n) + 1 end

keep = { Dog(), Own(), Echo() }
keep[3]:keep("x", Own())
keep[2].me = keep
local how = arg[1]
if how == "last" then -- C++ has one, and calls it when Lua and the class's part in it are no more
  local last = Own()
  caller.at_end(last:som_entry "speak", last:som_address(), 3)
  keep[3]:keep("z", last)
elseif how == "threads" then -- one waits for Lua, which ends without serving it any more
  caller.begin(keep[2]:som_entry "speak", keep[2]:som_address(), 1, 1000000)
  for _ = 1, 200 do dsom.serve() end
elseif how == "raise" then
  error "an error"
elseif how == "open" then -- the state is not closed
  print "ends"
  os.exit(0)
end
print "ends"
