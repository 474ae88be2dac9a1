-- Classes in Lua between those of C++ and those of the language whose process it is.
local dsom = require "dsom"

LuaMiddle = dsom.load "Suite::Thing":extend "LuaMiddle"

function LuaMiddle:init() self.calls = 0 end

function LuaMiddle:speak(n)
  if n == 77 then error "seventy-seven" end
  self.calls = self.calls + 1
  return LuaMiddle.super.speak(self, n) + 1000 * self.calls
end

-- An object goes when collections have found it twice.
function give_back()
  for _ = 1, 4 do collectgarbage() end
end
