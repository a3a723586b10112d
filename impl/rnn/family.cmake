# The libraries whose recurrent layers are raced against.
include(TandemPeerOneDnn)
include(TandemPeerTorch)
