-- expect: budget at load
-- A loop without end while loading.

while true do end
