package cloudinit_test

import (
	"fmt"

	"github.com/davit-io/davit/cloudinit"
)

func Example() {
	base := cloudinit.Config{
		Packages:   []any{"curl"},
		WriteFiles: []cloudinit.File{{Path: "/etc/motd", Permissions: "0644", Content: "Welcome.\n"}},
		RunCmd:     []cloudinit.Command{cloudinit.Exec("systemctl", "restart", "app")},
	}
	own, err := cloudinit.Parse([]byte("#cloud-config\npackages: [curl, jq]\nruncmd: [echo done]\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	all, err := cloudinit.Merge(base, own)
	if err != nil {
		fmt.Println(err)
		return
	}
	data, err := cloudinit.Render(all, cloudinit.OpenStackMax)
	fmt.Print(string(data), err)
	// Output:
	// #cloud-config
	// packages:
	// - curl
	// - jq
	// write_files:
	// - path: /etc/motd
	//   permissions: "0644"
	//   content: |
	//     Welcome.
	// runcmd:
	// - - systemctl
	//   - restart
	//   - app
	// - echo done
	// <nil>
}
