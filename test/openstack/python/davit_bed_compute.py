"""nova-compute that also finds the bed's driver: compute_driver is looked up inside nova.virt only."""
import os
import sys

import nova.virt
from nova.cmd.compute import main

nova.virt.__path__.append(os.path.join(os.path.dirname(__file__), 'nova_virt'))
sys.argv[0] = 'nova-compute'
sys.exit(main())
