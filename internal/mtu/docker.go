package mtu

const (
	mobyOverlay    = "moby daemon/libnetwork/drivers/overlay/overlay.go L24 vxlanEncap"
	mobyEncryption = "moby daemon/libnetwork/drivers/overlay/encryption.go L58 pktExpansion, L673-686 maxMTU"
)

// Swarm is Docker's overlay. Docker takes these bytes off com.docker.network.driver.mtu by itself, whose default is a
// fixed 1500 and not the uplink's MTU: hand the engine the link's MTU, and expect this sum inside of containers.
var (
	Swarm          = one("swarm", 50, "vxlan of the overlay", mobyOverlay)
	SwarmEncrypted = Encap{
		Name: "swarm-encrypted",
		Before: []Term{
			off(50, "vxlan of the overlay", mobyOverlay),
			off(26, "ESP of the overlay: SPI 4, sequence 4, IV 8, padding length 1, next header 1, ICV 8", mobyEncryption),
		},
		Multiple: 4,
		Source:   mobyEncryption,
	}
	docker = []Encap{Swarm, SwarmEncrypted}
)
