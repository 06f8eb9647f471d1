-- luodid 的配置。它当作数据来读：只能 return 一张表，做不了别的。
-- 检查：luodid --config /etc/luodi/luodid.lua --check-config    改了权限：systemctl reload luodid（其余的项要重启）
-- 没有这个文件时，只有运行 luodid 的用户和 root 进得来，都是管理员。

return {
  -- 命令行上写了的，以命令行为准。
  data = "/var/lib/luodi",
  socket = "/run/luodi/luodi.sock",
  plugins = { "/usr/share/luodi/plugins", "/etc/luodi/plugins" },

  -- 用 root 启动时变成谁。没有这一项，又没有 --allow-root，就不启动。
  user = "luodi",

  -- "Asia/Shanghai"，或比 UTC 早多少分钟。没有夏令时。
  zone = "Asia/Shanghai",

  -- 谁能连上 socket：所属的组。"0600" 只有自己和 root。
  socket_mode = "0660",

  -- 最多多少个连接；一个用户最多多少个。
  -- peers = 4096,
  -- peers_of_user = 256,

  -- 谁能做什么。viewer 只看；editor 能写；leader 同 editor；admin 还能重新读插件、备份、撤销别人的批次。
  -- 先看用户，再看组（几个组都列了，取权限大的）。没有列到的人进不来；root 和运行 luodid 的用户总是管理员。
  -- name 是记在每一笔后面的名字；person 是 @me 指的那条记录，也就是“我管的”。
  roles = {
    -- { user = "tongxue", role = "editor", name = "佟雪", person = "佟雪" },
    -- { user = "songyuan", role = "leader", name = "宋远", person = "宋远" },
    -- { group = "zhaoshang", role = "viewer" },
  },
}
