-- Many objects of each kind are made, crossed, subclassed and dropped, and memory stays what it was. stress.lua HOW MANY

local dsom = require "dsom"
local many = math.floor(tonumber(arg[1]))
local Zoo = {}
for _, n in ipairs { "Dog", "Echo", "Animal", "TooLoud", "Card", "Place" } do Zoo[n] = dsom.load("Zoo::" .. n) end
local Dog, Echo = Zoo.Dog, Zoo.Echo

local Own = Dog:extend "Own"
function Own:speak(n) return Own.super.speak(self, n) end
local Raising = Dog:extend "Raising"
function Raising:speak(n)
  if n % 2 == 1 then error { n } end
  return Raising.super.speak(self, -1)
end

local function collect()
  for _ = 1, 4 do collectgarbage() end
  dsom.catch_up()
end

local function resident()
  collect()
  local f = io.open "/proc/self/statm"
  local pages = f:read "*a":match "^%d+ (%d+)"
  f:close()
  return tonumber(pages) * 4096
end

local echo, raising = Echo(), Raising()
local card = Zoo.Card("Rex", "green", true, { "sit", "sit", "sit" }, Zoo.Place(1, 2, { { 0, 0, 0 }, { 0, 0, 0 } }), "wide")
local text = ("x"):rep(50)
local kinds = {
  { "native", 1, function(i) Dog():speak(i % 100) end },
  { "made", 1, function(i) Own():som_dispatch("speak", i % 100) end },
  { "crossed", 1, function(i)
    local o = Own()
    o.mark, o.friend = i, Dog()
    echo:keep("text", o)
    assert(rawequal(echo:animal(o, o), o))
  end },
  { "cyclic", 0.25, function() local o = Own(); o.me = o end },
  { "values", 0.25, function(i)
    echo:card(card, card)
    echo:text(text:sub(1, i % 50), "")
  end },
  { "raised", 0.25, function(i) pcall(raising.som_dispatch, raising, "speak", i) end },
  { "weak", 0.25, function()
    local o = Own()
    assert(rawequal(dsom.weak(o)(), o))
  end },
  { "from_c", 0.5, function() assert(Own:som_new():som_alive()) end },
  { "classes", 0.001, function()
    local Short = Dog:extend "Short"
    function Short:bark() end
    Short():som_dispatch("bark", 1)
  end },
}
for _, kind in ipairs(kinds) do
  local name, part, f = kind[1], kind[2], kind[3]
  local n = math.max(10, math.floor(many * part))
  for i = 1, math.min(n, 50000) do f(i) end
  local before = resident()
  for i = 1, n do
    f(i)
    if i % 20000 == 0 then collect() end
  end
  local grown = resident() - before
  io.write(("%s: %d grown by %d KiB\n"):format(name, n, math.floor(grown / 1024)))
  if grown > 2 * 1024 * 1024 then
    io.write(name, ": memory grows\n")
    os.exit(1)
  end
end
echo:keep("", Dog())
collect()
collect()
assert(Own.som_instances == 0, Own.som_instances)
print "flat"
